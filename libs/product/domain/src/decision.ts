import {
  changesOf,
  refuse,
  type Change,
  type Decision as DecisionOn,
  type Existing,
  type Refusal as RefusalFor,
} from '@reprise/aggregate';
import { eventSource, productAggregateType, type ProductEvent, productEvents } from '@reprise/product-events';
import { evolveProduct } from './evolve-product.ts';
import type { ProductState } from './product-state.ts';

/** Stable slugs: clients see them. */
export type RefusalReason =
  | 'product-already-exists'
  | 'product-not-found'
  | 'product-deleted'
  | 'insufficient-stock'
  | 'stock-limit-exceeded'
  | 'invalid-value';

export type Refusal = RefusalFor<RefusalReason>;

export type Decision = DecisionOn<ProductState, ProductEvent, RefusalReason>;

/** The product a command is for: it must exist and not be deleted. */
export function existing(state: ProductState | undefined): Existing<ProductState, RefusalReason> {
  if (state === undefined) return refuse('product-not-found', 'There is no such product.');
  if (state.status === 'deleted') return refuse('product-deleted', `Product ${state.productId} was deleted.`);
  return { ok: true, state };
}

/** The outcome of a command that changes a product: its event and the state after it. */
export const changed: Change<ProductState, ProductEvent> = changesOf({
  aggregateType: productAggregateType,
  source: eventSource,
  findViolation: productEvents.violationOf,
  evolve: evolveProduct,
});
