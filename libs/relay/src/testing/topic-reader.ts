import { freshName, kafkaAdmin, testEndpoints, type FreshTopic } from '@reprise/test-kit';
import { Kafka, logLevel } from 'kafkajs';

export interface StoredRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly contentType: string | undefined;
}

/** Every record of a topic, in the order of its partition. The topic must not hold transaction markers. */
export async function readTopic(topic: FreshTopic): Promise<StoredRecord[]> {
  const admin = await kafkaAdmin();
  const ends = new Map<number, bigint>();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic.name)) {
    if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high));
  }
  if (ends.size === 0) return [];

  const groupId = freshName('test-reader');
  const kafka = new Kafka({ ...testEndpoints().kafka, clientId: groupId, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const records: StoredRecord[] = [];
  const next = new Map<number, bigint>();
  await consumer.connect();
  await consumer.subscribe({ topic: topic.name, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        autoCommit: false,
        eachMessage: ({ partition, message }) => {
          // A consumer that had to rejoin starts over.
          if (BigInt(message.offset) < (next.get(partition) ?? 0n)) return Promise.resolve();
          next.set(partition, BigInt(message.offset) + 1n);
          records.push({
            partition,
            offset: message.offset,
            key: message.key?.toString(),
            value: message.value?.toString(),
            contentType: message.headers?.['content-type']?.toString(),
          });
          if (BigInt(message.offset) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition);
          if (ends.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]).catch(() => undefined);
  return records;
}
