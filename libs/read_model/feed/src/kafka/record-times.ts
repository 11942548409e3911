import type { Positions } from '@reprise/read-model-indices';
import { groupFreeConsumer, type KafkaConnection, type KafkaTopic } from './kafka-topic.ts';

const fetchBytes = 64 * 1024;
const readCommitted = 1;
const control = 0x20;

/**
 * When the record at each position, or the first one after it, was written: milliseconds since the epoch, by partition, on the
 * clock the topic stamps its records with. Partitions whose position is the end are left out, and so are those where the next
 * fetch finds no record (a hole left by compaction, or markers alone). Joins no group and changes nothing.
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
    const times = behind.map(async ({ partition, leader, logStart }) => {
      const position = positions.get(partition) ?? 0n;
      const from = position < logStart ? logStart : position;
      const { responses } = await consumer.fetch({
        node: leader,
        isolationLevel: readCommitted,
        maxWaitTime: 500,
        minBytes: 1,
        maxBytes: fetchBytes,
        topics: [
          {
            topicId: topic.id,
            partitions: [
              {
                partition,
                fetchOffset: from,
                partitionMaxBytes: fetchBytes,
                currentLeaderEpoch: -1,
                lastFetchedEpoch: -1,
              },
            ],
          },
        ],
      });
      for (const batch of responses[0]?.partitions[0]?.records ?? []) {
        if (batch.attributes & control) continue;
        for (const { offsetDelta, timestampDelta } of batch.records)
          if (batch.firstOffset + BigInt(offsetDelta) >= from)
            return [partition, Number(batch.firstTimestamp + timestampDelta)] as const;
      }
      return undefined;
    });
    return new Map((await Promise.all(times)).filter((one) => one !== undefined));
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}
