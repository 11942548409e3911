import type { DomainEvent, EventContract } from '@reprise/events';
import { aggregateHistory, type DiscardedOf, type EventStore } from '@reprise/read-model-feed';
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
 * @param events the contract its events are read by
 * @param discardedOf finds the discarded dead letters of an aggregate in the registry
 */
export function permanentHistory(
  eventStore: EventStore,
  events: EventContract,
  discardedOf: DiscardedOf,
): PermanentHistory {
  const history = aggregateHistory(eventStore, events, discardedOf);
  return {
    eventsOf: (aggregateId, projection) => history(aggregateId, projection),

    assertAuthoritative: async () => {
      const { statements } = await eventStore.opened(events);
      const { rows } = await eventStore.pool
        .query<{ standby: boolean; filled: boolean }>(statements.authority, [...statements.parameters])
        .catch((error: unknown) => {
          throw eventStore.fault(error, 'Nothing was changed.');
        });
      const { standby, filled } = rows[0]!;
      const { setting } = eventStore;
      const fault = standby
        ? `${setting} points to a standby, which may be behind`
        : filled
          ? undefined
          : `the event store that ${setting} points to is empty`;
      if (fault === undefined) return;
      throw new RepairRefused(
        `The document holds something that is not in the event store, but ${fault}. Nothing was changed. ` +
          `Point ${setting} to the primary of the write database, then repair again.`,
      );
    },
  };
}
