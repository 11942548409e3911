import type { Consumer } from '@platformatic/kafka';
import type { EventContract, LogBatch, LogCursor, LogSlice } from '@reprise/events';
import {
  groupFreeConsumer,
  kafkaFault,
  PartitionUnreadable,
  positionIn,
  readFetched,
  readPartition,
  type KafkaConnection,
  type KafkaTopic,
  type ReadOptions,
  type ReadRecords,
} from '@reprise/read-model-feed';
import { DependencyError } from '@reprise/read-model-indices';
import type { DescribedSource } from '../log/described-source.ts';
import { RebuildError } from '../errors.ts';

/**
 * The event log in Kafka, bounded at the last stable offsets of `topic` (captured by `describeTopic`). Reads by explicit
 * offset at read_committed; a slice is done when the next position reaches the captured end, whatever lies at the end.
 */
export function kafkaSource(
  connection: KafkaConnection,
  topic: KafkaTopic,
  events: EventContract,
  options: ReadOptions = {},
): DescribedSource {
  const consumers = new Set<Consumer>();
  // Connected, and with nothing on its way: the next slice is read with it, where a new one would connect first.
  const idle: Consumer[] = [];
  // To a reader a closed consumer looks like a broker that is away: it would be tried again until the read counts as stalled.
  const closed = new AbortController();
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
        const reading = AbortSignal.any([signal, closed.signal]);
        yield* readSlice({ consumer, connection, topic, events, options }, slice, from, reading);
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
      closed.abort(new Error('The source of the log was closed while it was read.'));
      await Promise.allSettled([...consumers].map((consumer) => consumer.close(true)));
    },
  };
}

interface SliceReading {
  readonly consumer: Consumer;
  readonly connection: KafkaConnection;
  readonly topic: KafkaTopic;
  readonly events: EventContract;
  readonly options: ReadOptions;
}

async function* readSlice(
  { consumer, connection, topic, events, options }: SliceReading,
  { slice: partition, end }: LogSlice,
  { position: from }: LogCursor,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  const wanted = { consumer, topic, partition, from, end, withHeaders: events.readsHeaders };
  try {
    for await (const read of readPartition(wanted, options, signal)) yield batchOf(read, events, partition);
  } catch (error) {
    throw error instanceof PartitionUnreadable
      ? await unreadable(error, connection, topic, { partition, end })
      : error;
  }
}

function batchOf({ records, next }: ReadRecords, events: EventContract, partition: number): LogBatch {
  const { values, keys } = records;
  return {
    slice: partition,
    values,
    keys,
    positionOf: (index) => positionIn(records, index),
    read: (index) => readFetched(records, index, events),
    next: { position: next },
  };
}

async function unreadable(
  { why, position, cause }: PartitionUnreadable,
  connection: KafkaConnection,
  { name }: KafkaTopic,
  { partition, end }: { readonly partition: number; readonly end: bigint },
): Promise<Error> {
  switch (why) {
    case 'topic-replaced':
      return topicReplaced(name);
    case 'history-lost':
      return historyLost(name, partition, position);
    case 'batch-unreadable':
      return batchUnreadable(name, partition, position, cause as Error);
    case 'stalled':
      return stalled(connection, `${name}/${partition}`, `${position} of ${end}`, cause);
  }
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
