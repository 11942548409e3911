import type { ProductEvent } from '@reprise/product-events';
import type { ProductState } from './product-state.ts';

/** Thrown when an event cannot follow the events before it: the history itself is damaged, so retrying cannot help. */
export class ProductHistoryError extends Error {
  readonly code = 'PRODUCT_HISTORY_BROKEN';
  readonly retryable = false;
  override readonly name = 'ProductHistoryError';
}

/**
 * The state after one more event; the fold of all events of a product is its current state.
 * @param state undefined before the first event
 * @throws ProductHistoryError when the event is not the next one of this product, or follows its deletion
 */
export function evolveProduct(state: ProductState | undefined, event: ProductEvent): ProductState {
  const { subject, aggregateversion: version, time } = event;
  const expected = (state?.version ?? 0) + 1;
  if (version !== expected || (state !== undefined && state.productId !== subject)) {
    const next = `version ${expected}${state === undefined ? '' : ` of product ${state.productId}`}`;
    throw new ProductHistoryError(
      `${event.type} is version ${version} of product ${subject}, expected ${next}`,
    );
  }
  if (event.type === 'product.created.v1') {
    return { productId: subject, version, status: 'draft', ...event.data, createdAt: time, updatedAt: time };
  }
  if (state === undefined) throw new ProductHistoryError(`product ${subject} begins with ${event.type}`);
  if (state.status === 'deleted')
    throw new ProductHistoryError(`${event.type} follows the deletion of ${subject}`);
  return { ...state, ...changeOf(state, event), version, updatedAt: time };
}

type LaterEvent = Exclude<ProductEvent, { type: 'product.created.v1' }>;

function changeOf(state: ProductState, event: LaterEvent): Partial<ProductState> {
  switch (event.type) {
    case 'product.details-changed.v1':
    case 'product.price-changed.v1':
    case 'product.category-changed.v1':
      return event.data;
    case 'product.stock-adjusted.v1':
      return { stock: state.stock + event.data.delta };
    case 'product.published.v1':
      return { status: 'published' };
    case 'product.unpublished.v1':
      return { status: 'draft' };
    case 'product.deleted.v1':
      return { status: 'deleted' };
  }
}
