import { unchanged, type CommandContext } from '@reprise/aggregate';
import type { ProductDetailsChangedData } from '@reprise/product-events';
import { changed, existing, type Decision } from './decision.ts';
import type { ProductState } from './product-state.ts';

export interface ChangeDetails {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly brand?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface ChangePrice {
  readonly priceMinor: number;
  readonly currency: string;
}

export interface ChangeCategory {
  readonly categoryId: string;
}

/** Changes details; the event names only those that differ from the current ones. */
export function changeDetails(
  state: ProductState | undefined,
  data: ChangeDetails,
  context: CommandContext,
): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  const { title, description, brand, tags } = product.state;
  const differing: ProductDetailsChangedData = {
    ...(data.title !== undefined && data.title !== title && { title: data.title }),
    ...(data.description !== undefined &&
      data.description !== description && { description: data.description }),
    ...(data.brand !== undefined && data.brand !== brand && { brand: data.brand }),
    ...(data.tags !== undefined && !sameTexts(data.tags, tags) && { tags: data.tags }),
  };
  if (Object.keys(differing).length === 0) return unchanged(product.state);
  return changed(product.state, product.state.productId, 'product.details-changed.v1', differing, context);
}

/** Another price, in the same currency or in another one. */
export function changePrice(
  state: ProductState | undefined,
  { priceMinor, currency }: ChangePrice,
  context: CommandContext,
): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  if (product.state.priceMinor === priceMinor && product.state.currency === currency) {
    return unchanged(product.state);
  }
  const price = { priceMinor, currency };
  return changed(product.state, product.state.productId, 'product.price-changed.v1', price, context);
}

export function changeCategory(
  state: ProductState | undefined,
  { categoryId }: ChangeCategory,
  context: CommandContext,
): Decision {
  const product = existing(state);
  if (!product.ok) return product;
  if (product.state.categoryId === categoryId) return unchanged(product.state);
  return changed(
    product.state,
    product.state.productId,
    'product.category-changed.v1',
    { categoryId },
    context,
  );
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
