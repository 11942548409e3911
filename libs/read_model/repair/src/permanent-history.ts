import type { DomainEvent, EventContract } from '@reprise/events';
import { aggregateHistory, type DiscardedOf, type EventStore } from '@reprise/read-model-feed';
import type { Generation } from '@reprise/read-model-indices';
import { RepairRefused } from './errors.ts';

/** The permanent log, one aggregate at a time. */
export interface PermanentHistory {
  /**
   * The events of an aggregate, in version order, up to the first that the projection leaves out because its dead letter was
   * discarded; none for an id no aggregate has.
   * @throws HistoryUnreadable when an event does not decode; DependencyError
   */
  eventsOf(aggregateId: string, projection: string, signal?: AbortSignal): Promise<readonly DomainEvent[]>;
  /**
   * Checks that versions of its events are what versions of the generation's documents are.
   * @throws RepairRefused; BuiltFromAnotherLog; DependencyError
   */
  assertVersionsOf(generation: Generation): Promise<void>;
  /**
   * Checks that an event which is not in there does not exist: only then may a document lose a version or be taken away.
   * @throws RepairRefused for a standby, which may be behind, for an event store without any event, and for a log that lost records;
   *   DependencyError
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

    assertVersionsOf: async () => {
      if (events.versions === 'sequence') return;
      throw new RepairRefused(
        'Versions of these documents are positions in the topic, which no event store has. Nothing was changed. Repair them from the log.',
      );
    },

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
