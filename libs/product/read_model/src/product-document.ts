/** What every document of a product has, whatever its projection. */
export interface ProductDocument {
  readonly productId: string;
  /** Aggregate version of the last event in the document. */
  readonly version: number;
  readonly status: ProductStatus;
}

/** `deleted` marks what is left of a product that is gone. */
export type ProductStatus = 'draft' | 'published' | 'deleted';
