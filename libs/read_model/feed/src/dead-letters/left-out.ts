import type { ReadResult } from '@reprise/events';
import type { DiscardedLetter } from '@reprise/read-model-indices';

/**
 * Whether an event of the event store is one that a projection leaves out: the discarded one itself, or one in its place that
 * cannot be read either. Another event of that version, which can be read, takes the place of a record that was spoiled.
 *
 * @param discarded letters of the event's own aggregate
 */
export function isLeftOut(
  discarded: readonly Pick<DiscardedLetter, 'version' | 'eventId'>[],
  version: number | undefined,
  decoded: ReadResult,
): boolean {
  return discarded.some((letter) =>
    decoded.ok
      ? letter.version === version && letter.eventId === decoded.event.id
      : letter.version === null || version === undefined || letter.version === version,
  );
}
