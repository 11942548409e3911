import { Producer } from '@platformatic/kafka';
import { testEndpoints } from './endpoints.ts';
import type { FreshTopic, RawRecord } from './kafka.ts';

/** Writes records to partition 0 as one batch that is packed with a codec by the producer. */
export async function producePacked(
  topic: FreshTopic | string,
  compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd',
  records: readonly (Pick<RawRecord, 'value' | 'headers'> & { readonly key?: Buffer | string | null })[],
): Promise<void> {
  const producer = new Producer({
    clientId: 'reprise-test-kit',
    bootstrapBrokers: [...testEndpoints().kafka.brokers],
    autocreateTopics: false,
  });
  const messages = records.map(({ key, value, headers = {} }) => ({
    topic: typeof topic === 'string' ? topic : topic.name,
    partition: 0,
    ...(key != null && { key: Buffer.from(key) }),
    ...(value !== null && { value: Buffer.from(value) }),
    headers: new Map(
      Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(String(text))]),
    ),
  }));
  try {
    await producer.send({ acks: -1, compression, messages });
  } finally {
    await producer.close();
  }
}
