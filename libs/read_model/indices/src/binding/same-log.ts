import type { VersionSource } from '@reprise/events';
import { commandLine } from '@reprise/runtime/commands';
import type { Generation } from '../generation/generation.ts';

/** An event log as it is now, as far as positions in it depend on that. */
export interface LogNow {
  /** The topic. */
  readonly name: string;
  readonly id: string;
  readonly partitions: readonly unknown[];
}

/** The log a generation was built from. */
type BuiltFrom = Pick<Generation, 'name' | 'projection' | 'topic' | 'topicId' | 'partitions'>;

interface Versioned {
  readonly events: { readonly versions: VersionSource };
}

/**
 * Versions of a generation are positions in a log that is another one by now: a recreated topic, or one with another number of
 * partitions. Nothing was changed.
 */
export class BuiltFromAnotherLog extends Error {
  readonly code = 'BOUND_ELSEWHERE';
  readonly retryable = false;

  /** @param other the log that it should be of: topic, topic id and number of partitions */
  constructor(
    { name, projection, topic, topicId, partitions }: BuiltFrom,
    other: Pick<BuiltFrom, 'topic' | 'topicId' | 'partitions'>,
  ) {
    const count = (partitions: number | null) => partitions ?? 'an unrecorded number of';
    super(
      `Versions in generation ${name} are positions in the topic "${topic}" with the topic id ${topicId} and ${count(partitions)} partitions, ` +
        `but "${other.topic}" has the topic id ${other.topicId} and ${count(other.partitions)} partitions: positions of one say nothing ` +
        `about the other. Nothing was changed. Build a new generation from the topic as it is: ${commandLine.rebuild(projection)}`,
    );
    this.name = 'BuiltFromAnotherLog';
  }
}

/**
 * Whether a generation's versions mean the same in the log as it is now. Counted versions do so in any log; what else of a
 * recreated topic matters is not asked here.
 */
export function isSameLog(
  { topicId, partitions }: Pick<Generation, 'topicId' | 'partitions'>,
  { events }: Versioned,
  now: Pick<LogNow, 'id' | 'partitions'>,
): boolean {
  return events.versions === 'sequence' || (topicId === now.id && partitions === now.partitions.length);
}

/** @throws BuiltFromAnotherLog when the generation's versions are positions in another log than the one there is now */
export function assertSameLog(generation: BuiltFrom, projection: Versioned, now: LogNow): void {
  if (isSameLog(generation, projection, now)) return;
  const { name: topic, id: topicId, partitions } = now;
  throw new BuiltFromAnotherLog(generation, { topic, topicId, partitions: partitions.length });
}
