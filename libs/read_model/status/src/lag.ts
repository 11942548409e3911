import { timesOfNext, type KafkaConnection, type KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import type { Lag } from './facts.ts';

/**
 * Records between positions and the end of the log.
 *
 * @param topic as it is now
 * @param topicId the incarnation of the topic that the positions belong to
 * @returns undefined when the topic is another incarnation than that
 */
export function positionLag(
  { id, partitions }: KafkaTopic,
  topicId: string,
  positions: Positions,
): bigint | undefined {
  if (id !== topicId) return undefined;
  let lag = 0n;
  for (const { partition, end } of partitions) {
    const position = positions.get(partition) ?? 0n;
    if (end > position) lag += end - position;
  }
  return lag;
}

/**
 * How far positions are behind the end of the log, in records and in time: the age of the oldest record they lack.
 *
 * @param now the clock the age is taken on, in milliseconds since the epoch
 * @returns null when the topic is another incarnation than that of the positions
 */
export async function measureLag(
  connection: KafkaConnection,
  topic: KafkaTopic,
  topicId: string,
  positions: Positions,
  now: number,
): Promise<Lag | null> {
  const events = positionLag(topic, topicId, positions);
  if (events === undefined) return null;
  if (events === 0n) return { events, ms: 0 };
  const times = await timesOfNext(connection, topic, positions).catch(() => new Map<number, number>());
  return { events, ms: times.size === 0 ? null : Math.max(0, now - Math.min(...times.values())) };
}
