import type { DomainEvent, EventContract } from '@reprise/events';
import { aggregateHistory, eventStoreFault, type DiscardedOf } from '@reprise/read-model-feed';
import type { Pool } from 'pg';
import { RepairRefused } from './errors.ts';

/** The permanent log, one aggregate at a time. */
export interface PermanentHistory {
  /**
   * The events of an aggregate, in version order, up to the first that the projection leaves out because its dead letter was
   * discarded; none for an id no aggregate has.
   * @throws HistoryUnreadable when an event does not decode; DependencyError
   */
  eventsOf(aggregateId: string, projection: string): Promise<readonly DomainEvent[]>;
  /**
   * Checks that an event which is not in there does not exist: only then may a document lose a version or be taken away.
   * @throws RepairRefused for a standby, which may be behind, and for an event store without any event; DependencyError
   */
  assertAuthoritative(): Promise<void>;
}

/**
 * @param eventStore connects as the role that may only SELECT the event store; it stays the caller's
 * @param events the contract its envelopes are read by
 * @param discardedOf finds the discarded dead letters of an aggregate in the registry
 */
export function permanentHistory(
  eventStore: Pool,
  events: EventContract,
  discardedOf: DiscardedOf,
): PermanentHistory {
  const history = aggregateHistory(eventStore, events, discardedOf);
  return {
    eventsOf: (aggregateId, projection) => history(aggregateId, projection),

    assertAuthoritative: async () => {
      const { rows } = await eventStore
        .query<{ standby: boolean; filled: boolean }>(
          'SELECT pg_is_in_recovery() AS standby, EXISTS (SELECT FROM event_store) AS filled',
        )
        .catch((error: unknown) => {
          throw eventStoreFault(eventStore, error, 'Nothing was changed.');
        });
      const { standby, filled } = rows[0]!;
      const fault = standby
        ? 'EVENT_STORE_DATABASE_URL points to a standby, which may be behind'
        : filled
          ? undefined
          : 'the event store that EVENT_STORE_DATABASE_URL points to is empty';
      if (fault === undefined) return;
      throw new RepairRefused(
        `The document holds something that is not in the event store, but ${fault}. Nothing was changed. ` +
          'Point EVENT_STORE_DATABASE_URL to the primary of the write database, then repair again.',
      );
    },
  };
}
