import type { EventContract, OpenFailure, ReadResult } from '@reprise/events';
import { groupFreeConsumer, kafkaFault, type KafkaConnection, type KafkaTopic } from './kafka-topic.ts';
import { readFetched } from './fetched-record.ts';
import { PartitionUnreadable, readPartition, type PartitionToRead } from './read-partition.ts';

const sampledBytes = 32 * 1024;
/** Bounds what is asked for at once. */
const sampledPartitions = 32;
/** With fewer, a few broken records at the beginning of a young log would be taken for another format. */
const leastRecords = 10;

/** A topic holds records in another format than the one its contract reads. Nothing was read or written. */
export class FormatUnreadable extends Error {
  readonly code = 'FORMAT_UNREADABLE';
  readonly retryable = false;

  constructor(topic: string, format: string, sampled: number, example: string) {
    super(
      `The topic "${topic}" is in another format than ${format}, which its context reads: none of the first ${sampled} records is such an ` +
        `envelope (${example}). Nothing was changed. Name the topic that holds these events, or declare the reader of its format in the ` +
        'event contract.',
    );
    this.name = 'FormatUnreadable';
  }
}

/**
 * Looks at the first records of partitions, before a whole log is taken for poison: refuses a topic of which not one of them is
 * an envelope of the contract's format. Types the contract does not know, and data that break its schemas, are no other format.
 *
 * @param topic as `describeTopic` has just seen it
 * @throws FormatUnreadable; DependencyError when Kafka does not answer
 */
export async function assertFormat(
  connection: KafkaConnection,
  topic: KafkaTopic,
  events: EventContract,
): Promise<void> {
  const consumer = groupFreeConsumer(connection);
  try {
    // Side by side: on one connection, one after the other would wait for what the one before has asked for ahead.
    const sampled = topic.partitions
      .filter(({ logStart, end }) => logStart < end)
      .slice(0, sampledPartitions);
    const read = sampled.map(({ partition, logStart: from, end }) =>
      firstOf({ consumer, topic, partition, from, end, withHeaders: events.readsHeaders }, events),
    );
    const results = (await Promise.all(read)).flat();
    const failures = results.filter(isOfOtherFormat);
    if (results.length < leastRecords || failures.length < results.length) return;
    const [example] = failures;
    if (example) throw new FormatUnreadable(topic.name, events.format, results.length, example.message);
  } catch (error) {
    if (error instanceof FormatUnreadable) throw error;
    // Whatever else cannot be read is named by who reads all of it.
    if (error instanceof PartitionUnreadable) return;
    throw await kafkaFault(connection, error, 'Nothing was changed.');
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

/** What one fetch holds at the beginning of a partition, read by the contract. */
async function firstOf(partition: PartitionToRead, events: EventContract): Promise<ReadResult[]> {
  const options = { fetchBytes: sampledBytes, stallTimeoutMs: 10_000 };
  for await (const { records } of readPartition(partition, options, new AbortController().signal))
    return records.values.map((_, index) => readFetched(records, index, events));
  return [];
}

function isOfOtherFormat(result: ReadResult): result is OpenFailure {
  return !result.ok && (result.reason === 'not-json' || result.reason === 'not-an-envelope');
}
