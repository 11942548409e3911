import {
  describeTopic,
  logHistory,
  proveHistoryComplete,
  type LogHistoryServers,
} from '@reprise/read-model-feed';
import { assertSameLog } from '@reprise/read-model-indices';
import { RepairRefused } from './errors.ts';
import type { PermanentHistory } from './permanent-history.ts';

/**
 * The event log as the permanent log, for read models without an event store, in either version mode. Every aggregate costs the
 * reading of its partition, or of the topic where events are counted (see `logHistory`).
 *
 * Where an event store is configured, use that: documents that were repaired from it may be ahead of the log.
 */
export function permanentLog(servers: LogHistoryServers): PermanentHistory {
  const { kafka, topic: name, events } = servers;
  const history = logHistory(servers);
  return {
    eventsOf: (aggregateId, projection, signal) => history(aggregateId, projection, signal),

    assertVersionsOf: async (generation) => {
      const topic = await describeTopic(kafka, name);
      assertSameLog(generation, { events }, topic);
      if (generation.topicId === topic.id) return;
      throw new RepairRefused(
        `${generation.name} was built from another topic of the name "${name}" (topic id ${generation.topicId}, now ${topic.id}), deleted since. ` +
          'Nothing was changed. Rebuild the read model.',
      );
    },

    assertAuthoritative: async () => {
      const proof = proveHistoryComplete(await describeTopic(kafka, name), undefined);
      if (proof.complete) return;
      throw new RepairRefused(
        `The document holds something that is not in the log, but the log no longer holds every event: ${proof.problems.join('; ')}. ` +
          'Nothing was changed.',
      );
    },
  };
}
