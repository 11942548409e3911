import type { DomainEvent, EventContract, OpenFailure } from '@reprise/events';
import { databaseFault, type DiscardedLetter } from '@reprise/read-model-indices';
import type { Pool } from 'pg';
import { isLeftOut } from '../dead-letters/left-out.ts';

/**
 * All events of one aggregate in version order, from the permanent log. With a projection: those up to the first that it leaves
 * out because its dead letter was discarded.
 */
export type AggregateHistory = (aggregateId: string, projection?: string) => Promise<readonly DomainEvent[]>;

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

/** Discarded dead letters of one aggregate that a projection leaves out. */
export type DiscardedOf = (aggregateId: string, projection: string) => Promise<readonly DiscardedLetter[]>;

/**
 * Reads one aggregate's events from the event store, in version order, through a role that may read nothing else. For an id
 * that no product can have it returns no events.
 *
 * @param events the contract the event store's envelopes are read by
 * @param discardedOf asked where a projection is given: its events end before the first it leaves out, because a document takes
 *   versions one by one
 * @throws HistoryUnreadable when a stored event does not decode: a newer release wrote it, or the log is damaged; DependencyError
 */
export function aggregateHistory(
  eventStore: Pool,
  events: EventContract,
  discardedOf?: DiscardedOf,
): AggregateHistory {
  return async (aggregateId, projection) => {
    if (!uuid.test(aggregateId)) return [];
    const discarded = projection === undefined ? [] : ((await discardedOf?.(aggregateId, projection)) ?? []);
    const { rows } = await eventStore
      .query<{ version: number | string; envelope: string }>(
        `SELECT aggregate_version AS version, envelope::text AS envelope FROM event_store
         WHERE aggregate_id = $1 ORDER BY aggregate_version`,
        [aggregateId],
      )
      .catch((error: unknown) => {
        throw eventStoreFault(eventStore, error, 'Nothing was changed.');
      });
    const known: DomainEvent[] = [];
    for (const { version, envelope } of rows) {
      const decoded = events.read(envelope);
      if (isLeftOut(discarded, Number(version), decoded)) break;
      if (!decoded.ok) throw unreadable(aggregateId, decoded);
      known.push(decoded.event);
    }
    return known;
  };
}

/**
 * What to throw when the event store cannot be read: the connection fault, or else the error itself.
 * @param unchanged a sentence that says what was not changed
 */
export function eventStoreFault(eventStore: Pool, error: unknown, unchanged: string): unknown {
  return databaseFault(eventStore, 'EVENT_STORE_DATABASE_URL', error, unchanged) ?? error;
}

function unreadable(aggregateId: string, { reason, message }: OpenFailure): HistoryUnreadable {
  return new HistoryUnreadable(
    `An event of product ${aggregateId} in the event store cannot be decoded (${reason}: ${message}). ` +
      'Nothing of this product was changed. Deploy the version that knows this event, or find its writer.',
  );
}
