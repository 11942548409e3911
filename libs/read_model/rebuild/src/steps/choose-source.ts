import type { LogSource } from '@reprise/events';
import { proveHistoryComplete, type KafkaTopic } from '@reprise/read-model-feed';
import { isSameLog, type Generation } from '@reprise/read-model-indices';
import { positionsOfKafkaOnly, RebuildError } from '../errors.ts';
import type { RunContext } from '../run/run-context.ts';

/**
 * Kafka while it provably holds the whole history; the event store where that was asked for, or allowed by `auto`. What is worth
 * knowing about the choice goes to the run's warnings.
 *
 * @param live the generation readers use now
 * @throws RebuildError HISTORY_INCOMPLETE; USAGE where the event store is not configured, or cannot stand in for Kafka
 */
export function chooseSource(
  context: RunContext,
  topic: KafkaTopic,
  live: Generation | undefined,
): LogSource['kind'] {
  const { options, servers, warnings, control } = context;
  if (options.projection.events.versions === 'position') return kafkaAlone(context, topic, live);
  if (options.source !== 'kafka' && !servers.eventStore) throw noEventStore();
  if (options.source === 'event-store') return 'event-store';
  const proof = proveHistoryComplete(topic, live?.topicId);
  if (proof.complete) {
    warnings.push(...proof.warnings);
    return 'kafka';
  }
  const problems = proof.problems.join('; ');
  if (options.source === 'auto') {
    warnings.push(
      `rebuilt from the event store, because Kafka no longer holds the whole history: ${problems}`,
    );
    control.onNotice?.(`Kafka no longer holds the whole history (${problems}): reading the event store`);
    return 'event-store';
  }
  throw new RebuildError(
    'HISTORY_INCOMPLETE',
    `Kafka no longer holds the whole history, so a rebuild from it would lose documents: ${problems}. ` +
      'Nothing was changed. Rebuild from the permanent log instead: --source event-store.',
  );
}

/** What an operator should know of every generation whose versions are positions. */
export const weakerByPosition =
  'versions are positions in the topic: a missing event goes unnoticed, an event written twice is applied twice, and a dead letter is ' +
  'skipped';

/** Where versions are positions in Kafka, nothing can take its place; a topic that was created again is a new log, and can be read. */
function kafkaAlone(
  { options: { source, projection }, warnings }: RunContext,
  topic: KafkaTopic,
  live: Generation | undefined,
): 'kafka' {
  if (source === 'event-store') throw positionsOfKafkaOnly();
  const proof = proveHistoryComplete(topic, undefined);
  if (!proof.complete) {
    throw new RebuildError(
      'HISTORY_INCOMPLETE',
      `Kafka no longer holds the whole history, so a rebuild from it would lose documents: ${proof.problems.join('; ')}. ` +
        'Nothing was changed. Versions are positions in this topic, so no event store can take its place: write all events to a new topic.',
    );
  }
  warnings.push(weakerByPosition, ...proof.warnings);
  if (live && live.projection === projection.name && !isSameLog(live, projection, topic)) {
    warnings.push(
      `readers are on ${live.name}, built from the topic id ${live.topicId} with ${live.partitions ?? 'an unrecorded number of'} partitions; ` +
        `${topic.name} has the topic id ${topic.id} and ${topic.partitions.length} partitions now: this run holds what is in it now, and ` +
        'is refused by the gate where events of one aggregate lie in several partitions',
    );
  }
  return 'kafka';
}

function noEventStore(): RebuildError {
  return new RebuildError(
    'USAGE',
    'The event store is not configured. Nothing was changed. Declare one for the context and set its EVENT_STORE_DATABASE_URL, or use ' +
      '--source kafka.',
  );
}
