import type { EventContract } from '@reprise/events';
import { findErrorBy, type Consumer } from '@platformatic/kafka';
import { DependencyError } from '@reprise/read-model-indices';
import { RebuildError } from '../errors.ts';
import type { LogBatch, LogCursor, LogSlice, LogSource } from '../log/log-source.ts';
import { committedRecords } from './committed-records.ts';
import { batchOf } from './fetched-batch.ts';
import {
  groupFreeConsumer,
  innermostMessage,
  kafkaFault,
  unreadableBatchIn,
  type KafkaConnection,
  type KafkaTopic,
} from '@reprise/read-model-feed';

export interface KafkaReadOptions {
  /** Bytes asked for in one fetch of one partition. */
  readonly fetchBytes?: number;
  /** Milliseconds without any movement of the position after which reading fails. */
  readonly stallTimeoutMs?: number;
  /** Called for every fault that is waited out meanwhile. */
  readonly onFault?: ((reason: string) => void) | undefined;
}

const readCommitted = 1;

/**
 * The event log in Kafka, bounded at the last stable offsets of `topic` (captured by `describeTopic`). Reads by explicit
 * offset at read_committed; a slice is done when the next position reaches the captured end, whatever lies at the end.
 */
export function kafkaSource(
  connection: KafkaConnection,
  topic: KafkaTopic,
  events: EventContract,
  options: KafkaReadOptions = {},
): LogSource {
  const consumers = new Set<Consumer>();
  // Connected, and with nothing on its way: the next slice is read with it, where a new one would connect first.
  const idle: Consumer[] = [];
  return {
    description: { kind: 'kafka', connection, topic },
    kind: 'kafka',
    topic: { name: topic.name, id: topic.id },
    slices: topic.partitions.map(({ partition, end }) => ({ slice: partition, start: 0n, end })),
    positions: new Map(topic.partitions.map(({ partition, end }) => [partition, end])),
    grouped: false,
    async *read(slice, from, signal) {
      if (from.position >= slice.end) return;
      const consumer = idle.pop() ?? groupFreeConsumer(connection);
      consumers.add(consumer);
      let isRead = false;
      try {
        yield* readPartition({ consumer, connection, topic, events, options }, slice, from, signal);
        isRead = true;
      } finally {
        if (isRead) idle.push(consumer);
        else {
          consumers.delete(consumer);
          await consumer.close(true).catch(() => undefined);
        }
      }
    },
    async close() {
      await Promise.allSettled([...consumers].map((consumer) => consumer.close(true)));
    },
  };
}

interface PartitionReading {
  readonly consumer: Consumer;
  readonly connection: KafkaConnection;
  readonly topic: KafkaTopic;
  readonly events: EventContract;
  readonly options: KafkaReadOptions;
}

async function* readPartition(
  { consumer, connection, topic, events, options }: PartitionReading,
  slice: LogSlice,
  from: LogCursor,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  const { fetchBytes = 1 << 20, stallTimeoutMs = 60_000, onFault } = options;
  const { slice: partition, end } = slice;
  let position = from.position;
  // One batch at a time once one of those fetched together cannot be unpacked, so that what lies before it is read and it is named.
  let bytes = fetchBytes;
  let movedAt = performance.now();
  let lastFault: unknown;

  const fetchFrom = async (offset: bigint) => {
    const metadata = await consumer.metadata({ topics: [topic.name], autocreateTopics: false });
    const now = metadata.topics.get(topic.name);
    if (now && now.id !== topic.id) throw topicReplaced(topic.name);
    const leader = now?.partitions[partition]?.leader ?? -1;
    if (leader < 0) throw new Error(`partition ${partition} has no leader`);
    const response = await consumer.fetch({
      node: leader,
      isolationLevel: readCommitted,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: bytes,
      topics: [
        {
          topicId: topic.id,
          partitions: [
            {
              partition,
              fetchOffset: offset,
              partitionMaxBytes: bytes,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            },
          ],
        },
      ],
    });
    const fetched = response.responses
      .flatMap((answer) => answer.partitions)
      .find((p) => p.partitionIndex === partition);
    return fetched && committedRecords(fetched, offset, end, events.readsHeaders);
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
      if (fetched.error instanceof RebuildError) throw fetched.error;
      if (findErrorBy(asError(fetched.error), 'apiId', 'OFFSET_OUT_OF_RANGE'))
        throw historyLost(topic.name, partition, position);
      const unreadable = unreadableBatchIn(fetched.error);
      if (unreadable && bytes === 1) throw batchUnreadable(topic.name, partition, position, unreadable);
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
      yield batchOf(fetched.records, events, partition, { position });
      // The consumer of this source may take its time; that is not a stall of the log.
      movedAt = performance.now();
      continue;
    }
    if (performance.now() - movedAt > stallTimeoutMs)
      throw await stalled(connection, `${topic.name}/${partition}`, `${position} of ${end}`, lastFault);
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

function topicReplaced(name: string): RebuildError {
  return new RebuildError(
    'HISTORY_INCOMPLETE',
    `The topic "${name}" was deleted and created again while it was read. The generation being built was not promoted. ` +
      'Rebuild from the event store instead: --source event-store.',
  );
}

function historyLost(name: string, partition: number, position: bigint): RebuildError {
  return new RebuildError(
    'HISTORY_INCOMPLETE',
    `Offset ${position} of ${name}/${partition} no longer exists: the topic's history was cut off while it was read. ` +
      'The generation being built was not promoted. Rebuild from the event store instead: --source event-store.',
  );
}

function batchUnreadable(name: string, partition: number, position: bigint, cause: Error): RebuildError {
  return new RebuildError(
    'REFUSED',
    `The log cannot be read at offset ${position} of ${name}/${partition}: ${cause.message}. Nothing was switched. ` +
      'The event store does not need it: --source event-store.',
    { cause },
  );
}

async function stalled(
  connection: KafkaConnection,
  partition: string,
  position: string,
  fault: unknown,
): Promise<DependencyError> {
  const unchanged = `Reading ${partition} stands still at ${position}. Nothing was promoted.`;
  if (fault !== undefined) return kafkaFault(connection, fault, unchanged);
  return new DependencyError(
    'kafka',
    `${unchanged} The broker answers, but with nothing. Check that the partition has a leader, then run the same command again.`,
  );
}
