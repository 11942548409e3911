import { adjustStock, changePrice, createProduct } from '@reprise/product-domain';
import { type Decide, type WriteResult } from '../products/product-store.ts';
import { context, mug } from './write-side.ts';

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
export function outcomes(results: readonly WriteResult[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { outcome } of results) counted[outcome] = (counted[outcome] ?? 0) + 1;
  return counted;
}
