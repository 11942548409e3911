import { refuse, type CommandContext } from '@reprise/aggregate';
import type { ProductCreatedData } from '@reprise/product-events';
import { changed, type Decision } from './decision.ts';
import type { ProductState } from './product-state.ts';

export interface CreateProduct extends ProductCreatedData {
  readonly productId: string;
}

/** A new product, as a draft. An id is never used again, not even after its product was deleted. */
export function createProduct(
  state: ProductState | undefined,
  data: CreateProduct,
  context: CommandContext,
): Decision {
  if (state !== undefined) {
    return refuse('product-already-exists', `Product ${state.productId} exists already.`);
  }
  const { productId, title, description, brand, categoryId, priceMinor, currency, stock, tags } = data;
  const created = {
    title,
    description,
    ...(brand !== undefined && { brand }),
    categoryId,
    priceMinor,
    currency,
    stock,
    tags,
  };
  return changed(undefined, productId, 'product.created.v1', created, context);
}
