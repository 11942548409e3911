import { assertFollows, begun } from '@reprise/aggregate';
import type { ProductEvent } from '@reprise/product-events';
import type { ProductState } from './product-state.ts';

/**
 * The state after one more event; the fold of all events of a product is its current state.
 * @param state undefined before the first event
 * @throws HistoryError when the event is not the next one of this product, or follows its deletion
 */
export function evolveProduct(state: ProductState | undefined, event: ProductEvent): ProductState {
  const { subject, aggregateversion: version, time } = event;
  assertFollows(
    state && { id: state.productId, version: state.version, ended: state.status === 'deleted' },
    event,
  );
  if (event.type === 'product.created.v1') {
    return { productId: subject, version, status: 'draft', ...event.data, createdAt: time, updatedAt: time };
  }
  const before = begun(state, event);
  return { ...before, ...changeOf(before, event), version, updatedAt: time };
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
