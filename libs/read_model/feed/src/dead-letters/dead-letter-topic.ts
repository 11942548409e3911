import { setTimeout as delay } from 'node:timers/promises';
import { storableText } from '@reprise/events';
import { DependencyError } from '@reprise/read-model-indices';
import { BatchUnreadable, unreadableBatchIn } from '../codecs/unpack.ts';
import {
  groupFreeConsumer,
  kafkaFault,
  type KafkaConnection,
  type KafkaTopic,
} from '../kafka/kafka-topic.ts';
import { fetchPartition } from '../kafka/fetch-partition.ts';
import { parseLetter, type StoredLetter } from './letter-headers.ts';

/** Where reading resumes, by partition of the dead-letter topic. */
export type LetterCursor = ReadonlyMap<number, bigint>;

export interface LetterPage {
  readonly letters: readonly StoredLetter[];
  /** Records that do not say which record of the log they were: somebody else's. */
  readonly foreign: number;
}

const fetchBytes = 1 << 20;
const stallMs = 30_000;
const control = 0x20;

/**
 * Reads the dead-letter topic from `from` (its beginning by default) up to the ends `topic` was described with, in order, a
 * megabyte at a time, without a consumer group: reading changes nothing and nobody is disturbed by it.
 * @throws DependencyError when Kafka gives nothing for half a minute; BatchUnreadable; the signal's reason
 */
export async function* readDeadLetters(
  connection: KafkaConnection,
  topic: KafkaTopic,
  from: LetterCursor,
  signal: AbortSignal,
): AsyncGenerator<LetterPage> {
  const consumer = groupFreeConsumer(connection);
  try {
    for (const { partition, logStart, end } of topic.partitions) {
      let position = from.get(partition) ?? logStart;
      if (position < logStart) position = logStart;
      let movedAt = performance.now();
      while (position < end) {
        signal.throwIfAborted();
        const fetched = await fetchPage(consumer, topic, partition, position).catch((error: unknown) => {
          consumer.clearMetadata();
          return { fault: error };
        });
        if ('page' in fetched && fetched.next > position) {
          position = fetched.next;
          movedAt = performance.now();
          yield fetched.page;
          continue;
        }
        const cause = 'fault' in fetched ? unreadableBatchIn(fetched.fault) : undefined;
        if (cause) throw unreadable(topic.name, partition, position, cause);
        if (performance.now() - movedAt > stallMs) {
          throw await stalled(
            connection,
            `${topic.name}/${partition}`,
            position,
            'fault' in fetched ? fetched.fault : undefined,
          );
        }
        if ('fault' in fetched) await delay(250, undefined, { signal });
      }
    }
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

async function fetchPage(
  consumer: ReturnType<typeof groupFreeConsumer>,
  topic: KafkaTopic,
  partition: number,
  position: bigint,
): Promise<{ page: LetterPage; next: bigint }> {
  const metadata = await consumer.metadata({ topics: [topic.name], autocreateTopics: false });
  const leader = metadata.topics.get(topic.name)?.partitions[partition]?.leader ?? -1;
  if (leader < 0) throw new Error(`partition ${partition} has no leader`);
  const wanted = { topic, partition, leader, offset: position, bytes: fetchBytes };
  const answer = await fetchPartition(consumer, wanted);
  const letters: StoredLetter[] = [];
  let foreign = 0;
  let next = position;
  for (const batch of answer?.records ?? []) {
    const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    for (const record of batch.attributes & control ? [] : batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < position) continue;
      const sent = record.headers.map(([name, value]) => [String(name), value] as const);
      const texts = sent.map((pair) => pair.map((text) => storableText(String(text ?? ''))));
      const letter = parseLetter(Object.fromEntries(texts) as Record<string, string>, record, sent);
      if (letter) letters.push({ ...letter, place: { topic: topic.name, partition, offset } });
      else foreign += 1;
    }
    if (after > next) next = after;
  }
  return { page: { letters, foreign }, next };
}

function unreadable(name: string, partition: number, position: bigint, cause: Error): BatchUnreadable {
  return new BatchUnreadable(
    `${name}/${partition} cannot be read from offset ${position} on: ${cause.message}. Nothing was changed.`,
    { cause },
  );
}

async function stalled(
  connection: KafkaConnection,
  partition: string,
  position: bigint,
  fault: unknown,
): Promise<DependencyError> {
  const unchanged = `Reading ${partition} stands still at ${position}; reading changes nothing.`;
  if (fault !== undefined) return kafkaFault(connection, fault, unchanged);
  return new DependencyError(
    'kafka',
    `${unchanged} The broker answers with nothing. Check the broker, then run the same command again.`,
  );
}
