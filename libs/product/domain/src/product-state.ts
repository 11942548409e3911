import type { ProductCreatedData } from '@reprise/product-events';

/** `draft`: not offered yet, or no longer; `published`: offered; `deleted`: gone for good. */
export type ProductStatus = 'draft' | 'published' | 'deleted';

/** A product as its events made it. Times are event times, RFC 3339 in UTC; `version` counts the events. */
export interface ProductState extends ProductCreatedData {
  readonly productId: string;
  readonly version: number;
  readonly status: ProductStatus;
  readonly createdAt: string;
  readonly updatedAt: string;
}
