import { describeTopic, TopicMissing } from '@reprise/read-model-feed';
import type { KafkaConfiguration } from '@reprise/runtime';
import { Kafka, logLevel } from 'kafkajs';
import type { Workload } from '../child/task.ts';

/** The workload of so many events; its topic is called after everything its content depends on. */
export function workloadOf(size: Omit<Workload, 'topic'>): Workload {
  const { events, products, partitions } = size;
  return { ...size, topic: `bench.products-${products}.events-${events}.partitions-${partitions}` };
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

export async function deleteTopic(connection: KafkaConfiguration, topic: string): Promise<void> {
  const { brokers, ...security } = connection;
  const admin = new Kafka({ brokers: [...brokers], ...security, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [topic] });
  } finally {
    await admin.disconnect();
  }
}
