import { refuse, unchanged, type CommandContext } from '@reprise/aggregate';
import { productLimits } from '@reprise/product-events';
import { changed, existing, type Decision } from './decision.ts';
import type { ProductState } from './product-state.ts';

export interface AdjustStock {
  /** Signed change of the level, in pieces. */
  readonly delta: number;
  readonly reason?: string | undefined;
}

/** Goods came in or went out. The level never goes below 0, nor above what its column holds. */
export function adjustStock(
  state: ProductState | undefined,
  { delta, reason }: AdjustStock,
  context: CommandContext,
): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  if (delta === 0) return unchanged(product.state);
  const { productId, stock } = product.state;
  const decision = changed(
    product.state,
    productId,
    'product.stock-adjusted.v1',
    { delta, ...(reason !== undefined && { reason }) },
    context,
  );
  if (!decision.ok) return decision;
  if (stock + delta < productLimits.stock.minimum) {
    return refuse('insufficient-stock', `Product ${productId} has ${stock} in stock, fewer than ${-delta}.`);
  }
  if (stock + delta > productLimits.stock.maximum) {
    return refuse(
      'stock-limit-exceeded',
      `Product ${productId} would have more than ${productLimits.stock.maximum} in stock.`,
    );
  }
  return decision;
}
