/** What every read-model document carries, whatever its projection: one document per aggregate. */
export interface ReadModelDocument {
  readonly productId: string;
  /** Aggregate version of the last event in the document; the external version of every write. */
  readonly version: number;
  readonly status: ProductStatus;
}

/** `deleted` marks a tombstone: kept so that a late event of a deleted product cannot bring it back. */
export type ProductStatus = 'draft' | 'published' | 'deleted';
