import { compatibilityPartitioner, Producer, stringSerializers } from '@platformatic/kafka';
import { eventHeaders } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import type { KafkaConfiguration } from '@reprise/runtime';
import type { HistoryStep } from '../catalogue/generate-histories.ts';
import { clientOptions, prepareTopic } from './topic.ts';
import { cancelled, SampleError } from './sample-error.ts';
import { WriteMeter, type WriteOptions, type WriteReport } from './write-report.ts';

export interface TopicWriterOptions extends WriteOptions {
  readonly kafka: KafkaConfiguration;
  readonly topic: string;
  /** Partitions of the topic when it has to be created. Default 6. */
  readonly partitions?: number | undefined;
  /** Adds to a topic that holds records already, instead of refusing it. */
  readonly append?: boolean | undefined;
  /** Records of one request. Default 5,000. */
  readonly batchSize?: number | undefined;
}

/**
 * Fills a Kafka topic with histories as the relay would: the product's id is the key, the partition is Java's murmur2 of it,
 * acknowledged by all replicas, not compressed. One request is in flight while the next batch is generated, so order holds.
 * @throws SampleError when Kafka is unreachable or the topic holds records already
 */
export async function writeToTopic(
  steps: Iterable<HistoryStep>,
  options: TopicWriterOptions,
): Promise<WriteReport> {
  const { kafka, topic, batchSize = 5_000, signal } = options;
  await prepareTopic(options);
  const meter = new WriteMeter(options.onProgress);
  const producer = new Producer({
    ...clientOptions(kafka),
    serializers: stringSerializers,
    partitioner: compatibilityPartitioner,
    autocreateTopics: false,
    acks: -1,
    idempotent: true,
  });
  const headers = new Map(Object.entries(eventHeaders({})));
  let batch: {
    topic: string;
    key: string;
    value: string;
    headers: Map<string, string>;
    timestamp: bigint;
  }[] = [];
  let created = 0;
  let sending: Promise<void> = Promise.resolve();
  const send = async (): Promise<void> => {
    await sending;
    const [messages, products] = [batch, created];
    batch = [];
    created = 0;
    if (messages.length === 0) return;
    sending = producer.send({ messages }).then(() => meter.add(messages.length, products));
    // It is awaited before the next one; until then nobody listens.
    sending.catch(() => undefined);
  };
  try {
    for (const { event } of steps) {
      if (event.aggregateversion === 1) created++;
      const timestamp = BigInt(Date.parse(event.time));
      if (
        batch.push({ topic, key: event.subject, value: productEvents.encode(event), headers, timestamp }) <
        batchSize
      )
        continue;
      if (signal?.aborted) break;
      await send();
    }
    if (!signal?.aborted) await send();
    await sending;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const message = `Kafka did not take the records: ${problem}. ${meter.events} events before them are in ${topic}.`;
    throw new SampleError('KAFKA_FAILED', message, { cause, retryable: true });
  } finally {
    await producer.close();
  }
  if (signal?.aborted) throw cancelled(meter.events);
  return meter.report();
}
