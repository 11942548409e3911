import { afterFile, eventually, freshName, kafkaAdmin, testEndpoints } from '@reprise/test-kit';
import { Kafka, logLevel } from 'kafkajs';

export interface ReadRecord {
  readonly key: string | undefined;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/**
 * All records of a topic with one partition, from its beginning up to the end it has now.
 * @param atLeast waits until there are so many: documents can be seen before the letters of the same batch are durable
 */
export async function recordsOf(topic: string, atLeast = 0): Promise<ReadRecord[]> {
  const admin = await kafkaAdmin();
  const count = await eventually(async () => {
    const [end] = await admin.fetchTopicOffsets(topic);
    expect(Number(end?.high ?? 0)).toBeGreaterThanOrEqual(atLeast);
    return Number(end?.high ?? 0);
  });
  if (count === 0) return [];
  const groupId = freshName('test.reader');
  const kafka = new Kafka({ ...testEndpoints().kafka, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const records: ReadRecord[] = [];
  const complete = Promise.withResolvers<void>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message: { key, value, headers = {} } }) => {
        const entries = Object.entries(headers).map(([name, text]) => [name, text?.toString()]);
        records.push({
          key: key?.toString(),
          value: value?.toString() ?? null,
          headers: Object.fromEntries(entries) as Record<string, string | undefined>,
        });
        if (records.length >= count) complete.resolve();
        return Promise.resolve();
      },
    });
    await complete.promise;
  } finally {
    await consumer.disconnect();
  }
  afterFile(() => deleteGroup(groupId));
  return records.slice(0, count);
}

/** A group that was just left may still count as used, and one without offsets may already be gone. */
async function deleteGroup(groupId: string): Promise<void> {
  const admin = await kafkaAdmin();
  await eventually(async () => {
    const { groups } = await admin.listGroups();
    if (groups.some((group) => group.groupId === groupId)) await admin.deleteGroups([groupId]);
  });
}
