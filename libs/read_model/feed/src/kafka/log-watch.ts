import type { LogNow } from '@reprise/read-model-indices';
import { groupFreeConsumer, kafkaFault, TopicMissing, within, type KafkaConnection } from './kafka-topic.ts';

/** Asks for an event log again and again. The opener closes it. */
export interface LogWatch {
  /**
   * The log as Kafka knows it when it answers; nothing is remembered between two calls.
   * @throws TopicMissing; DependencyError when Kafka is away
   */
  now(): Promise<LogNow>;
  close(): Promise<void>;
}

/** A feed that waits for this has its batch in hand. */
const answerWithinMs = 5_000;

/** Connects when it is first asked, and keeps that connection. */
export function watchLog(connection: KafkaConnection, topic: string): LogWatch {
  const consumer = groupFreeConsumer(connection, { retries: 1 });
  const ask = async (): Promise<LogNow> => {
    const options = { topics: [topic], autocreateTopics: false, forceUpdate: true };
    const found = (await consumer.metadata(options)).topics.get(topic);
    if (found === undefined) throw new TopicMissing(topic, connection.brokers);
    return { name: topic, id: found.id, partitions: found.partitions };
  };
  return {
    async now() {
      try {
        return await within(answerWithinMs, ask());
      } catch (error) {
        if (error instanceof TopicMissing) throw error;
        throw await kafkaFault(connection, error, 'Nothing was changed.');
      }
    },
    close: () => consumer.close(true),
  };
}
