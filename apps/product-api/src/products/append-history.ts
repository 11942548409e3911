import type { ProductEvent } from '@reprise/product-events';
import { appendHistory as append, type HistoryConnection } from '@reprise/write-api';
import { productAggregate } from './product-aggregate.ts';

/**
 * Writes events of products that have happened; see `appendHistory` of the write API.
 *
 * @throws InvalidEventError for an event that breaks its schema; nothing is written
 * @throws HistoryError when an event does not follow the one before it; nothing is written
 */
export function appendHistory(connection: HistoryConnection, events: readonly ProductEvent[]): Promise<void> {
  return append(productAggregate, connection, events);
}
