import type { LogSlice } from '@reprise/events';
import { proveHistoryComplete, type KafkaTopic } from '@reprise/read-model-feed';
import type { Projection } from '@reprise/read-model-projections';
import { commandLine } from '@reprise/runtime/commands';
import { RebuildError } from '../errors.ts';

/**
 * Refuses a replay that leaves out the beginning of the log where versions are positions. There any later event follows a document, so
 * one that lacks earlier events would jump over them: they would count as duplicates ever after, and nothing would notice. Where events
 * are counted, such a jump is a gap, and the document stays as it is.
 *
 * @param slices from where they would be read
 * @throws RebuildError USAGE when one begins later than the log does; HISTORY_INCOMPLETE when the log has lost its own beginning
 */
export function assertWholeByPosition(
  { events, name }: Pick<Projection, 'events' | 'name'>,
  topic: KafkaTopic,
  slices: readonly LogSlice[],
): void {
  if (events.versions !== 'position') return;
  const proof = proveHistoryComplete(topic, undefined);
  if (!proof.complete) {
    throw new RebuildError(
      'HISTORY_INCOMPLETE',
      `Kafka no longer holds the whole history, so a document that is behind would jump over what is gone: ${proof.problems.join('; ')}. ` +
        'Nothing was changed. Versions are positions in this topic, so only a new topic with all events can be applied.',
    );
  }
  const late = slices.find(({ start, end }) => start > 0n && start < end);
  if (!late) return;
  throw new RebuildError(
    'USAGE',
    `Versions of these events are positions in the topic, and this part of the log begins at offset ${late.start} of partition ` +
      `${late.slice}: a document that lacks an event before that would jump over it for good, unnoticed. Nothing was changed. If the read ` +
      'model is behind, start its consumer. To repair some aggregates from their whole history, name them with --aggregate-id and leave ' +
      `--from-ts and --from-event-id out. Otherwise rebuild: ${commandLine.rebuild(name)}`,
  );
}
