import { type ProductState, type ProductStatus } from '@reprise/product-domain';

/** A row of `products` as pg reads it: bigint as text, absent as null. */
export interface ProductRow {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly brand: string | null;
  readonly category_id: string;
  readonly price_minor: string;
  readonly currency: string;
  readonly stock: number;
  readonly tags: readonly string[];
  readonly status: ProductStatus;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Prices stay below 2^53, so the number is exact. */
export function stateOf(row: ProductRow): ProductState {
  return {
    productId: row.id,
    version: row.version,
    status: row.status,
    title: row.title,
    description: row.description,
    ...(row.brand !== null && { brand: row.brand }),
    categoryId: row.category_id,
    priceMinor: Number(row.price_minor),
    currency: row.currency,
    stock: row.stock,
    tags: row.tags,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** The first twelve parameters of a change: the product after it. */
export function changeValues(state: ProductState): unknown[] {
  return [
    state.productId,
    state.version,
    state.title,
    state.description,
    state.brand ?? null,
    state.categoryId,
    state.priceMinor,
    state.currency,
    state.stock,
    state.tags,
    state.status,
    state.updatedAt,
  ];
}
