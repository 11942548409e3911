import { categorySummary } from './category-summary/category-summary.ts';
import { productSearch } from './product-search/product-search.ts';
import { productSummary } from './product-summary/product-summary.ts';
import type { Projection } from '@reprise/read-model-projections';

/**
 * Every projection there is, in the order `--projection all` takes them. `Projection<never>` would be the exact type; feeds
 * only ever hand a projection documents it made itself, which is what makes this one sound.
 */
export const projections = [
  productSearch,
  productSummary,
  categorySummary,
] as readonly unknown[] as readonly Projection[];

/** The projection of that name, or undefined. */
export function findProjection(name: string): Projection | undefined {
  return projections.find((projection) => projection.name === name);
}

/** Where other threads find these projections: this module exports them. */
export const projectionModule = import.meta.url;
