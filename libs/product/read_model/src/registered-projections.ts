import { categorySummary } from './category-summary/category-summary.ts';
import { productSearch } from './product-search/product-search.ts';
import { productSummary } from './product-summary/product-summary.ts';
import type { Projection } from '@reprise/read-model-projections';

/** Every projection of products, in the order `--projection all` takes them. */
export const projections: readonly Projection[] = [productSearch, productSummary, categorySummary];

/** The projection of that name, or undefined. */
export function findProjection(name: string): Projection | undefined {
  return projections.find((projection) => projection.name === name);
}

/** Where other threads find these projections: this module exports them. */
export const projectionModule = import.meta.url;
