import type { Positions } from '@reprise/read-model-indices';
import { committedRecords } from './committed-records.ts';
import { fetchPartition } from './fetch-partition.ts';
import { groupFreeConsumer, type KafkaConnection, type KafkaTopic } from './kafka-topic.ts';

const fetchBytes = 64 * 1024;
/** Aborted transactions that are looked past are small; behind a large one the time stays unknown until it is passed. */
const mostFetches = 10;

/**
 * When the committed record at each position, or the first one after it, was written: milliseconds since the epoch, by partition, on
 * the clock the topic stamps its records with, the broker's or the producer's. Partitions whose position is the end are left out, and so
 * are those where a few fetches find no record (a hole left by compaction, or aborted records and markers alone). Joins no group and
 * changes nothing.
 *
 * @param topic as `describeTopic` has just seen it
 * @throws whatever the client throws when Kafka does not answer
 */
export async function timesOfNext(
  connection: KafkaConnection,
  topic: KafkaTopic,
  positions: Positions,
): Promise<Map<number, number>> {
  const behind = topic.partitions.filter(
    ({ partition, end, leader }) => leader >= 0 && (positions.get(partition) ?? 0n) < end,
  );
  if (behind.length === 0) return new Map();
  const consumer = groupFreeConsumer(connection);
  try {
    await consumer.metadata({ topics: [topic.name], autocreateTopics: false });
    const times = behind.map(async ({ partition, leader, logStart, end }) => {
      const position = positions.get(partition) ?? 0n;
      let from = position < logStart ? logStart : position;
      for (let fetches = 0; fetches < mostFetches && from < end; fetches++) {
        const wanted = { topic, partition, leader, offset: from, bytes: fetchBytes };
        const fetched = await fetchPartition(consumer, wanted);
        if (!fetched) return undefined;
        const { timestamps, next } = committedRecords(fetched, from, end, true);
        if (timestamps[0] !== undefined) return [partition, timestamps[0]] as const;
        if (next === from) return undefined;
        from = next;
      }
      return undefined;
    });
    return new Map((await Promise.all(times)).filter((one) => one !== undefined));
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}
