import type { ProductDocument } from './product-document.ts';

/** One row of `product_summary`. Money is integer minor units of `currency`; times are event times, UTC, with milliseconds. */
export interface ProductSummaryDocument extends ProductDocument {
  readonly title: string;
  readonly brand: string | null;
  readonly categoryId: string;
  readonly priceMinor: number;
  readonly currency: string;
  readonly stock: number;
  /** When it was last published; null while it is a draft. */
  readonly publishedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
