import { decodeEvent, type ProductEvent } from '@reprise/events';
import { databaseFault } from '@reprise/read-model-indices';
import type { Pool } from 'pg';
import type { AggregateHistory } from './feed-events.ts';

/** An event of the permanent log cannot be decoded: this release can rebuild nothing from it past that event. */
export class HistoryUnreadable extends Error {
  readonly code = 'HISTORY_UNREADABLE';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = 'HistoryUnreadable';
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads one aggregate's events from the event store, in version order, through a role that may read nothing else. For an id
 * that no product can have it returns no events.
 * @throws HistoryUnreadable when a stored event does not decode: a newer release wrote it, or the log is damaged; DependencyError
 */
export function aggregateHistory(eventStore: Pool): AggregateHistory {
  return async (aggregateId) => {
    if (!uuid.test(aggregateId)) return [];
    const { rows } = await eventStore
      .query<{ envelope: string }>(
        'SELECT envelope::text AS envelope FROM event_store WHERE aggregate_id = $1 ORDER BY aggregate_version',
        [aggregateId],
      )
      .catch((error: unknown) => {
        throw eventStoreFault(eventStore, error, 'Nothing was changed.');
      });
    return rows.map(({ envelope }) => decodeStored(envelope, aggregateId));
  };
}

/**
 * What to throw when the event store cannot be read: the connection fault, or else the error itself.
 * @param unchanged a sentence that says what was not changed
 */
export function eventStoreFault(eventStore: Pool, error: unknown, unchanged: string): unknown {
  return databaseFault(eventStore, 'EVENT_STORE_DATABASE_URL', error, unchanged) ?? error;
}

function decodeStored(envelope: string, aggregateId: string): ProductEvent {
  const decoded = decodeEvent(envelope);
  if (decoded.ok) return decoded.event;
  throw new HistoryUnreadable(
    `An event of product ${aggregateId} in the event store cannot be decoded (${decoded.reason}: ${decoded.message}). ` +
      'Nothing of this product was changed. Deploy the version that knows this event, or find its writer.',
  );
}
