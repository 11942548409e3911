import {
  adjustStock,
  changePrice,
  createProduct,
  type ProductState,
  type RefusalReason,
} from '@reprise/product-domain';
import type { ProductEvent } from '@reprise/product-events';
import { type Decide as DecideOn, type WriteResult } from '@reprise/write-api';
import { context, mug } from './write-side.ts';

export type Decide = DecideOn<ProductState, ProductEvent, RefusalReason>;

/** Sets the price. */
export const price =
  (priceMinor: number): Decide =>
  (state) =>
    changePrice(state, { priceMinor, currency: 'EUR' }, context());

/** Adds to the stock. */
export const stock =
  (delta: number): Decide =>
  (state) =>
    adjustStock(state, { delta }, context());

/** Makes a mug of nothing. */
export const creation = (productId: string): Decide => {
  const source = context();
  return (state) => createProduct(state, { ...mug, productId }, source);
};

/** How many results there are of each outcome. */
export function outcomes(results: readonly WriteResult<unknown>[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { outcome } of results) counted[outcome] = (counted[outcome] ?? 0) + 1;
  return counted;
}
