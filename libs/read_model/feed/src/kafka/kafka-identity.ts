import type { Consumer } from '@platformatic/kafka';
import { groupFreeConsumer, kafkaFault, within, type KafkaConnection } from './kafka-topic.ts';

/** Which cluster a connection reaches, and which incarnation of a topic it holds. */
export interface KafkaIdentity {
  readonly clusterId: string;
  /** Undefined where the topic does not exist or may not be seen. */
  readonly topicId: string | undefined;
}

/** Short: while Kafka is away, most verbs continue without it. */
const identifyWithinMs = 5_000;

/**
 * Asks Kafka for its cluster's id and a topic's.
 * @throws DependencyError when Kafka is away or refuses this process
 */
export async function identityOf(
  connection: KafkaConnection,
  topic: string,
  withinMs = identifyWithinMs,
): Promise<KafkaIdentity> {
  const consumer = groupFreeConsumer(connection, { retries: 1 });
  try {
    return await within(withinMs, ask(consumer, topic));
  } catch (error) {
    throw await kafkaFault(connection, error, 'Nothing was changed.');
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

async function ask(consumer: Consumer, topic: string): Promise<KafkaIdentity> {
  try {
    const { id: clusterId, topics } = await consumer.metadata({ topics: [topic], autocreateTopics: false });
    return { clusterId, topicId: topics.get(topic)?.id };
  } catch {
    // A missing or hidden topic fails the whole answer. If the cluster is away, this request says what is wrong with it.
    const { id: clusterId } = await consumer.metadata({ topics: [], autocreateTopics: false });
    return { clusterId, topicId: undefined };
  }
}
