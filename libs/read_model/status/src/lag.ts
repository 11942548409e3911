import { timesOfNext, type KafkaConnection, type KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import { answered } from './answered.ts';
import type { Lag } from './facts.ts';

/**
 * How far each partition of `positions` is behind the end of the log. Partitions the positions do not name count from 0.
 *
 * @param topic as it is now
 * @param times when the record at each position was written, as `timesOfNext` gives it
 * @param now the clock ages are taken on, in milliseconds since the epoch
 */
export function lagByPartition(
  { partitions }: KafkaTopic,
  positions: Positions,
  times: ReadonlyMap<number, number>,
  now: number,
): Map<number, Lag> {
  return new Map(
    partitions.map(({ partition, end }) => {
      const position = positions.get(partition) ?? 0n;
      if (position >= end) return [partition, { events: 0n, ms: 0 }];
      const writtenAt = times.get(partition);
      return [
        partition,
        { events: end - position, ms: writtenAt === undefined ? null : Math.max(0, now - writtenAt) },
      ];
    }),
  );
}

/** The lag of a whole generation: all missing records, and the age of the oldest of them as far as it is known. */
export function totalLag(lags: Iterable<Lag>): Lag {
  let events = 0n;
  let ms: number | null = 0;
  let known = 0;
  for (const lag of lags) {
    if (lag.events === 0n) continue;
    events += lag.events;
    if (lag.ms === null) continue;
    ms = Math.max(ms, lag.ms);
    known += 1;
  }
  return { events, ms: events > 0n && known === 0 ? null : ms };
}

/**
 * How far positions are behind the end of the log, in records and in time.
 *
 * @param topicId the incarnation of the topic that the positions belong to
 * @param now the clock the age is taken on, in milliseconds since the epoch
 * @param withinMs milliseconds to wait for the ages; without an answer they are not known
 * @returns null when the topic is another incarnation than that
 */
export async function measureLag(
  connection: KafkaConnection,
  topic: KafkaTopic,
  topicId: string,
  positions: Positions,
  now: number,
  withinMs?: number,
): Promise<Lag | null> {
  if (topic.id !== topicId) return null;
  const asked = answered('kafka', timesOfNext(connection, topic, positions), withinMs);
  const times = await asked.catch(() => new Map<number, number>());
  return totalLag(lagByPartition(topic, positions, times, now).values());
}
