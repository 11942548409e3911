import { describeTopic, groupFreeConsumer, type KafkaPartition } from '@reprise/read-model-feed';
import { readConfiguration } from '@reprise/runtime';

const fetchBytes = 4 << 20;

/**
 * Reads every value of a topic once, partition by partition, 4 MB at a time with one fetch ahead, and does nothing else: the
 * least a reader can do. It is not a source of the rebuild's and knows neither transactions nor moving leaders, so a slow source
 * cannot hide behind it.
 */
export async function* readValues(topicName: string): AsyncGenerator<(Buffer | null)[]> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const topic = await describeTopic(kafka, topicName);
  const consumer = groupFreeConsumer(kafka);
  const fetchFrom = async ({ partition, leader }: KafkaPartition, fetchOffset: bigint) => {
    const { responses } = await consumer.fetch({
      node: leader,
      isolationLevel: 1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: fetchBytes,
      topics: [
        {
          topicId: topic.id,
          partitions: [
            {
              partition,
              fetchOffset,
              partitionMaxBytes: fetchBytes,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            },
          ],
        },
      ],
    });
    return responses[0]?.partitions[0]?.records ?? [];
  };
  try {
    await consumer.metadata({ topics: [topicName], autocreateTopics: false });
    for (const partition of topic.partitions) {
      let position = 0n;
      if (partition.end === 0n) continue;
      let ahead = fetchFrom(partition, position);
      while (position < partition.end) {
        const values: (Buffer | null)[] = [];
        const begin = position;
        for (const { firstOffset, lastOffsetDelta, records } of await ahead) {
          for (const { offsetDelta, value } of records)
            if (firstOffset + BigInt(offsetDelta) >= begin) values.push(value);
          position = firstOffset + BigInt(lastOffsetDelta) + 1n;
        }
        if (position < partition.end) ahead = fetchFrom(partition, position);
        yield values;
      }
    }
  } finally {
    await consumer.close(true);
  }
}
