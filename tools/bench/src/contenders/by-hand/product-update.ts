import type { ProductEvent } from '@reprise/product-events';

/** Body of Elasticsearch's `update` action, as the bulk and the single-document API take it. */
export interface ProductUpdate {
  readonly doc: Readonly<Record<string, unknown>>;
  readonly doc_as_upsert: true;
}

/**
 * What a developer writes by hand: turns each event, in order, into an upsert of the fields that it carries. A stock adjustment
 * carries a difference, which no partial document can express, so the stock of every product is kept in memory beside it.
 * Correct only while every event arrives once, in order and from the first one on: nothing here guards against a repetition.
 */
export function productUpdates(): (event: ProductEvent) => ProductUpdate {
  const stocks = new Map<string, number>();
  return (event) => {
    const stamp = { version: event.aggregateversion, updatedAt: event.time };
    return { doc: { ...changedFields(event, stocks), ...stamp }, doc_as_upsert: true };
  };
}

function changedFields(event: ProductEvent, stocks: Map<string, number>): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'product.created.v1': {
      stocks.set(event.subject, event.data.stock);
      const { brand = null, ...fields } = event.data;
      return { productId: event.subject, brand, ...fields, status: 'draft', createdAt: event.time };
    }
    case 'product.details-changed.v1':
    case 'product.price-changed.v1':
    case 'product.category-changed.v1':
      return { ...event.data };
    case 'product.stock-adjusted.v1': {
      const stock = (stocks.get(event.subject) ?? 0) + event.data.delta;
      stocks.set(event.subject, stock);
      return { stock };
    }
    case 'product.published.v1':
      return { status: 'published' };
    case 'product.unpublished.v1':
      return { status: 'draft' };
    case 'product.deleted.v1':
      return { status: 'deleted' };
  }
}
