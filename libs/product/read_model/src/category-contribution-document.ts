import type { ProductDocument } from './product-document.ts';

/**
 * What one product adds to the summary of its category. Categories are summed up when they are read, so each contribution
 * needs its own product's events in order and nothing of any other product's.
 */
export interface CategoryContributionDocument extends ProductDocument {
  readonly categoryId: string;
  /** Integer minor units of `currency`. */
  readonly priceMinor: number;
  readonly currency: string;
  readonly stock: number;
}
