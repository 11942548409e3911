import type { DomainEvent, EventContract, OpenFailure } from '@reprise/events';
import type { DiscardedLetter } from '@reprise/read-model-indices';
import { isLeftOut } from '../dead-letters/left-out.ts';
import type { EventStore } from './event-store.ts';
import type { StoredRow } from './stored-rows.ts';

/**
 * All events of one aggregate in version order, from the permanent log. With a projection: those up to the first that it leaves
 * out because its dead letter was discarded.
 */
export type AggregateHistory = (aggregateId: string, projection?: string) => Promise<readonly DomainEvent[]>;

/** An event of the permanent log cannot be decoded: this release can rebuild nothing from it past that event. */
export class HistoryUnreadable extends Error {
  readonly code = 'HISTORY_UNREADABLE';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'HistoryUnreadable';
  }
}

/** Discarded dead letters of one aggregate that a projection leaves out. */
export type DiscardedOf = (aggregateId: string, projection: string) => Promise<readonly DiscardedLetter[]>;

/**
 * Reads one aggregate's events from the event store, in version order, through a role that may read nothing else. For an id
 * that no aggregate there can have it returns no events.
 *
 * @param events the contract the event store's events are read by
 * @param discardedOf asked where a projection is given: its events end before the first it leaves out, because a document takes
 *   versions one by one
 * @throws HistoryUnreadable when a stored event does not decode: a newer release wrote it, or the log is damaged;
 *   EventStoreMismatch; DependencyError
 */
export function aggregateHistory(
  eventStore: EventStore,
  events: EventContract,
  discardedOf?: DiscardedOf,
): AggregateHistory {
  return async (aggregateId, projection) => {
    const { statements, rows: reader, idsOf } = await eventStore.opened(events);
    const ids = idsOf(aggregateId);
    if (ids.length === 0) return [];
    const discarded = projection === undefined ? [] : ((await discardedOf?.(aggregateId, projection)) ?? []);
    const { rows } = await eventStore.pool
      .query<StoredRow[]>({
        text: statements.history,
        values: [...statements.parameters, ids],
        rowMode: 'array',
      })
      .catch((error: unknown) => {
        throw eventStore.fault(error, 'Nothing was changed.');
      });
    const known: DomainEvent[] = [];
    for (const [index, row] of (rows as unknown as StoredRow[]).entries()) {
      const decoded = reader.read(row, BigInt(index));
      const version = reader.version(row) ?? versionIn(decoded);
      if (isLeftOut(discarded, version, decoded)) break;
      if (!decoded.ok) throw unreadable(aggregateId, decoded);
      known.push(decoded.event);
    }
    return known;
  };
}

function versionIn(decoded: ReturnType<EventContract['read']>): number | undefined {
  return decoded.ok ? decoded.event.aggregateversion : decoded.aggregateVersion;
}

function unreadable(aggregateId: string, { reason, message }: OpenFailure): HistoryUnreadable {
  return new HistoryUnreadable(
    `An event of ${aggregateId} in the event store cannot be decoded (${reason}: ${message}). ` +
      'Nothing of this aggregate was changed. Deploy the version that knows this event, or find its writer.',
  );
}
