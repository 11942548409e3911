import { setTimeout as delay } from 'node:timers/promises';
import { Admin, Consumer, type BaseOptions } from '@platformatic/kafka';
import type { KafkaConfiguration } from '@reprise/runtime';
import { SampleError } from './sample-error.ts';

/** Options of the Kafka client for one configuration. */
export function clientOptions({ brokers, ssl, sasl }: KafkaConfiguration): BaseOptions {
  return {
    clientId: 'reprise-sample',
    bootstrapBrokers: brokers,
    connectTimeout: 5_000,
    requestTimeout: 30_000,
    retries: 3,
    ...(ssl && { tls: ssl === true ? {} : ssl }),
    ...(sasl && {
      sasl: {
        ...sasl,
        mechanism: sasl.mechanism.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
      },
    }),
  };
}

/** Nothing of an event log is ever deleted or compacted away. */
const keepEverything = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
];

export interface TopicToPrepare {
  readonly kafka: KafkaConfiguration;
  readonly topic: string;
  readonly partitions?: number | undefined;
  readonly append?: boolean | undefined;
}

/**
 * Creates the topic, or checks that the one there is may be filled.
 * @throws SampleError when it holds records and `append` is not set, or Kafka is unreachable
 */
export async function prepareTopic({
  kafka,
  topic,
  partitions = 6,
  append = false,
}: TopicToPrepare): Promise<void> {
  const admin = new Admin(clientOptions(kafka));
  try {
    const existing = (await admin.listTopics()).includes(topic);
    if (!existing) {
      await admin.createTopics({ topics: [topic], partitions, replicas: -1, configs: keepEverything });
      await untilLed(admin, topic);
      return;
    }
    if (append) return;
    const records = await recordsIn(kafka, topic);
    if (records === 0n) return;
    throw new SampleError(
      'TOPIC_IN_USE',
      `The topic ${topic} holds records already (its offsets span ${records}). Nothing was written. Choose another name, or ` +
        'add to it with --append.',
    );
  } catch (cause) {
    if (cause instanceof SampleError) throw cause;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new SampleError(
      'KAFKA_FAILED',
      `Kafka failed at ${kafka.brokers.join(', ')}: ${problem}. Nothing was written.`,
      {
        cause,
        retryable: true,
      },
    );
  } finally {
    await admin.close();
  }
}

/** Right after its creation a topic has no leaders for a moment, and a producer would fail. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
    if (metadata.topics.get(topic)?.partitions.every(({ leader }) => leader >= 0)) return;
    if (performance.now() > deadline)
      throw new Error(`topic ${topic} was created but got no leaders in 20 s`);
    await delay(50);
  }
}

/** The sum of what the partitions' offsets span; aborted records and markers count too. Joins no group. */
async function recordsIn(kafka: KafkaConfiguration, topic: string): Promise<bigint> {
  const consumer = new Consumer({ ...clientOptions(kafka), groupId: 'reprise-sample-never-joined' });
  try {
    const starts = await consumer.listOffsets({ topics: [topic], timestamp: -2n });
    const ends = await consumer.listOffsets({ topics: [topic], timestamp: -1n });
    const sum = (offsets: Map<string, bigint[]>): bigint =>
      (offsets.get(topic) ?? []).reduce((a, b) => a + b, 0n);
    return sum(ends) - sum(starts);
  } finally {
    await consumer.close();
  }
}
