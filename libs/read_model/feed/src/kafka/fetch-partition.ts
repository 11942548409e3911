import type { Consumer } from '../client/kafka-client.ts';
import type { FetchedPartition } from './committed-records.ts';
import type { KafkaTopic } from './kafka-topic.ts';

const readCommitted = 1;

export interface PartitionFetch {
  readonly topic: Pick<KafkaTopic, 'id'>;
  readonly partition: number;
  /** The broker that leads it. */
  readonly leader: number;
  readonly offset: bigint;
  /** Most bytes of the answer; one batch is sent even if it is larger. */
  readonly bytes: number;
}

/**
 * Fetches what a partition holds from an offset on, at read_committed, waiting at most half a second for a first byte. It joins no
 * group; the consumer needs the topic's metadata.
 *
 * @returns undefined when the answer has nothing of the partition
 * @throws whatever the client throws
 */
export async function fetchPartition(
  consumer: Consumer,
  { topic, partition, leader, offset, bytes }: PartitionFetch,
): Promise<FetchedPartition | undefined> {
  const wanted = { partition, fetchOffset: offset, partitionMaxBytes: bytes };
  const { responses } = await consumer.fetch({
    node: leader,
    isolationLevel: readCommitted,
    maxWaitTime: 500,
    minBytes: 1,
    maxBytes: bytes,
    topics: [
      { topicId: topic.id, partitions: [{ ...wanted, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }] },
    ],
  });
  return responses
    .flatMap(({ partitions }) => partitions)
    .find(({ partitionIndex }) => partitionIndex === partition);
}
