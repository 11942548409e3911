import { Kafka, logLevel } from 'kafkajs';

/** Topics the applications expect. History is the product: nothing of the event log is ever deleted or compacted. */
export const topics = [
  {
    topic: 'product.events',
    numPartitions: 6,
    replicationFactor: 1,
    configEntries: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: '-1' },
      { name: 'retention.bytes', value: '-1' },
    ],
  },
  {
    topic: 'dlq.product.events',
    numPartitions: 1,
    replicationFactor: 1,
    configEntries: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: '-1' },
      { name: 'retention.bytes', value: '-1' },
    ],
  },
];

async function withAdmin<T>(
  port: number,
  work: (admin: ReturnType<Kafka['admin']>) => Promise<T>,
): Promise<T> {
  const kafka = new Kafka({
    clientId: 'reprise-stack',
    brokers: [`127.0.0.1:${port}`],
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when the broker answers a metadata request and is registered as the controller of its cluster. */
export function checkBroker(port: number): Promise<void> {
  return withAdmin(port, async (admin) => {
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('the broker has not joined its cluster yet');
  });
}

/** Creates the topics that are missing and waits until each of their partitions has a leader. */
export function createTopics(port: number): Promise<void> {
  return withAdmin(port, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
  });
}
