import { findErrorBy, type Consumer } from '../client/kafka-client.ts';
import { unreadableBatchIn } from '../codecs/unpack.ts';
import { committedRecords, type CommittedRecords } from './committed-records.ts';
import { fetchPartition } from './fetch-partition.ts';
import { innermostMessage, type KafkaTopic } from './kafka-topic.ts';

export interface ReadOptions {
  /** Bytes asked for in one fetch of one partition. */
  readonly fetchBytes?: number;
  /** Milliseconds without any movement of the position after which reading fails. */
  readonly stallTimeoutMs?: number;
  /** Called for every fault that is waited out meanwhile. */
  readonly onFault?: ((reason: string) => void) | undefined;
}

export interface PartitionToRead {
  /** Joins no group: only fetches by explicit offset are used. */
  readonly consumer: Consumer;
  readonly topic: Pick<KafkaTopic, 'name' | 'id'>;
  readonly partition: number;
  /** Offset to begin at. */
  readonly from: bigint;
  /** Position to end at, captured by `describeTopic`. */
  readonly end: bigint;
  /** Whether headers and times are wanted, beside values and keys. */
  readonly withHeaders: boolean;
}

/** Records as they were fetched together, and the position after them, which is never beyond the end. */
export interface ReadRecords {
  readonly records: CommittedRecords;
  readonly next: bigint;
}

/** A partition that cannot be read on. `position` is the first offset that was not read. */
export class PartitionUnreadable extends Error {
  constructor(
    readonly why: 'topic-replaced' | 'history-lost' | 'batch-unreadable' | 'stalled',
    readonly position: bigint,
    /** For a stall: the last fault, if there was one. */
    options: { readonly cause?: unknown },
  ) {
    super(`the partition cannot be read on from ${position}: ${why}`, options);
    this.name = 'PartitionUnreadable';
  }
}

/**
 * Reads a partition up to a captured end, by explicit offset and at read_committed, a fetch at a time; the next one is under way
 * while one is worked on. It ends when the next position reaches the end, whatever lies there.
 *
 * @throws PartitionUnreadable; the signal's reason
 */
export async function* readPartition(
  { consumer, topic, partition, from, end, withHeaders }: PartitionToRead,
  { fetchBytes = 1 << 20, stallTimeoutMs = 60_000, onFault }: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<ReadRecords> {
  let position = from;
  if (position >= end) return;
  // One batch at a time once one of those fetched together cannot be unpacked, so that what lies before it is read and it is named.
  let bytes = fetchBytes;
  let movedAt = performance.now();
  let lastFault: unknown;

  const fetchFrom = async (offset: bigint) => {
    const metadata = await consumer.metadata({ topics: [topic.name], autocreateTopics: false });
    const now = metadata.topics.get(topic.name);
    if (now && now.id !== topic.id) throw new PartitionUnreadable('topic-replaced', offset, {});
    const leader = now?.partitions[partition]?.leader ?? -1;
    if (leader < 0) throw new Error(`partition ${partition} has no leader`);
    const fetched = await fetchPartition(consumer, { topic, partition, leader, offset, bytes });
    return fetched && committedRecords(fetched, offset, end, withHeaders);
  };
  // A settled outcome instead of a promise that may reject while the previous batch is still worked on.
  const settle = (offset: bigint) =>
    fetchFrom(offset).then(
      (records) => ({ records }),
      (error: unknown) => ({ error }),
    );

  let ahead = settle(position);
  while (position < end) {
    signal.throwIfAborted();
    const fetched = await ahead;
    if ('error' in fetched) {
      if (fetched.error instanceof PartitionUnreadable) throw fetched.error;
      if (findErrorBy(asError(fetched.error), 'apiId', 'OFFSET_OUT_OF_RANGE'))
        throw new PartitionUnreadable('history-lost', position, {});
      const unreadable = unreadableBatchIn(fetched.error);
      if (unreadable && bytes === 1)
        throw new PartitionUnreadable('batch-unreadable', position, { cause: unreadable });
      if (unreadable) {
        bytes = 1;
        ahead = settle(position);
        continue;
      }
      lastFault = fetched.error;
      onFault?.(`reading ${topic.name}/${partition}: ${innermostMessage(lastFault)}`);
      consumer.clearMetadata();
    } else if (fetched.records && fetched.records.next > position) {
      const { next } = fetched.records;
      position = next < end ? next : end;
      lastFault = undefined;
      if (position < end) ahead = settle(position);
      yield { records: fetched.records, next: position };
      // Whoever reads may take its time; that is not a stall of the log.
      movedAt = performance.now();
      continue;
    }
    if (performance.now() - movedAt > stallTimeoutMs)
      throw new PartitionUnreadable('stalled', position, { cause: lastFault });
    if (lastFault !== undefined) await pause(250, signal);
    ahead = settle(position);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake, { once: true });
  });
}
