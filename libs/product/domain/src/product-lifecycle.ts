import { unchanged, type CommandContext } from '@reprise/aggregate';
import { changed, existing, type Decision } from './decision.ts';
import type { ProductState } from './product-state.ts';

/** Publishing and unpublishing need only the product. */
export type NoData = Readonly<Record<string, never>>;

export interface DeleteProduct {
  readonly reason?: string | undefined;
}

/** Offers a draft. */
export function publish(state: ProductState | undefined, _data: NoData, context: CommandContext): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  if (product.state.status === 'published') return unchanged(product.state);
  return changed(product.state, product.state.productId, 'product.published.v1', {}, context);
}

/** Withdraws a published product: it is a draft again. */
export function unpublish(state: ProductState | undefined, _data: NoData, context: CommandContext): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  if (product.state.status === 'draft') return unchanged(product.state);
  return changed(product.state, product.state.productId, 'product.unpublished.v1', {}, context);
}

/** Ends a product's history. Its events stay. */
export function deleteProduct(
  state: ProductState | undefined,
  { reason }: DeleteProduct,
  context: CommandContext,
): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  const data = { ...(reason !== undefined && { reason }) };
  return changed(product.state, product.state.productId, 'product.deleted.v1', data, context);
}
