import { defineEvents, type EventContract } from '@reprise/events';
import { productEventTypes } from './event-types.ts';
import { priceChangedV0 } from './price-changed-v0.ts';
import type { ProductEvent } from './product-events.ts';

/** `source` of the events that the product API writes. */
export const eventSource = '/reprise/product-api';

/** `aggregatetype` of every product event. */
export const productAggregateType = 'product';

/** Every older version that the log may hold. */
export const upcasters = [priceChangedV0] as const;

/** The event types that the contract declares, by aggregate type. */
export const productAggregates = { [productAggregateType]: productEventTypes };

/** The events of the product catalogue. */
export const productEvents: EventContract<ProductEvent, 'product.created.v1', 'product.deleted.v1'> =
  defineEvents({
    aggregates: productAggregates,
    upcasters,
  });
