import { describeTopic, TopicMissing } from '@reprise/read-model-feed';
import type { KafkaConfiguration } from '@reprise/runtime';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Workload } from '../child/task.ts';

/** The workload of so many events; its topic is called after everything its content depends on. */
export function workloadOf(size: Omit<Workload, 'topic'>): Workload {
  const { events, products, partitions } = size;
  return {
    events,
    products,
    partitions,
    topic: `bench.products-${products}.events-${events}.partitions-${partitions}`,
  };
}

/** What is in a workload's topic: nothing at all, all of it, or the remains of a filling that was interrupted. */
export type TopicContent = 'missing' | 'whole' | 'partial';

export async function topicContent(
  connection: KafkaConfiguration,
  workload: Workload,
): Promise<TopicContent> {
  try {
    const { partitions } = await describeTopic(connection, workload.topic);
    const records = partitions.reduce((sum, { logStart, end }) => sum + (end - logStart), 0n);
    const whole = records === BigInt(workload.events) && partitions.length === workload.partitions;
    return whole ? 'whole' : 'partial';
  } catch (error) {
    if (error instanceof TopicMissing) return 'missing';
    throw error;
  }
}

/** Records in a topic that nobody deletes from. */
export async function recordsIn(connection: KafkaConfiguration, topic: string): Promise<number> {
  const { partitions } = await describeTopic(connection, topic);
  return partitions.reduce((sum, { end }) => sum + Number(end), 0);
}

/** Creates a topic that keeps everything, and waits until it can be written. */
export function createTopic(
  connection: KafkaConfiguration,
  topic: string,
  partitions: number,
): Promise<void> {
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
  ];
  const topics = [{ topic, numPartitions: partitions, replicationFactor: -1, configEntries }];
  return asAdmin(connection, async (admin) => {
    await admin.createTopics({ topics, waitForLeaders: true });
  });
}

export function deleteTopic(connection: KafkaConfiguration, topic: string): Promise<void> {
  return asAdmin(connection, (admin) => admin.deleteTopics({ topics: [topic] }));
}

/** Deletes a consumer group that nobody is in any more, if there ever was one. */
export function deleteGroup(connection: KafkaConfiguration, groupId: string): Promise<void> {
  return asAdmin(connection, async (admin) => {
    const { groups } = await admin.listGroups();
    if (groups.some((group) => group.groupId === groupId)) await admin.deleteGroups([groupId]);
  });
}

async function asAdmin(connection: KafkaConfiguration, work: (admin: Admin) => Promise<void>): Promise<void> {
  const { brokers, ...security } = connection;
  const admin = new Kafka({ brokers: [...brokers], ...security, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
