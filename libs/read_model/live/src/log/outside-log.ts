import type { KafkaTopic, LiveFeed } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import { PositionBeyondLog, RecordsGone } from './errors.ts';

export type Fed = LiveFeed['fed'];

/** Copies positions, which move while they are looked at. */
export function copied(fed: Fed): Fed {
  return fed.map(({ generation, positions }) => ({ generation, positions: new Map(positions) }));
}

export interface OutsideLogInput {
  readonly topic: Pick<KafkaTopic, 'partitions'>;
  /** Where generations stood before Kafka was asked: the log was at least that long then, if it is still the same. */
  readonly before: Fed;
  /** Where they stand afterwards: retention may have taken meanwhile what was fed meanwhile. */
  readonly after: Fed;
  readonly partitions: readonly number[];
  /** What leads out of it. */
  readonly remedy: string;
}

/**
 * Why nothing of a partition may be fed, by partition: a generation stands beyond the end of the log, or needs what is no longer in it.
 * Being ahead of what is read is no fault, because the one furthest behind decides where that begins. Pure.
 */
export function outsideLog({
  topic,
  before,
  after,
  partitions,
  remedy,
}: OutsideLogInput): Map<number, Error> {
  const faults = new Map<number, Error>();
  for (const { partition, logStart, highWatermark } of topic.partitions) {
    if (!partitions.includes(partition)) continue;
    const beyond = before.find(({ positions }) => at(positions, partition) > highWatermark);
    const lacking = after.find(({ positions }) => at(positions, partition) < logStart);
    if (beyond) {
      const position = at(beyond.positions, partition);
      faults.set(partition, new PositionBeyondLog(beyond.generation.name, position, highWatermark, remedy));
    } else if (lacking) {
      faults.set(partition, new RecordsGone(at(lacking.positions, partition), logStart, remedy));
    }
  }
  return faults;
}

function at(positions: Positions, partition: number): bigint {
  return positions.get(partition) ?? 0n;
}
