import kafkajs, { type Kafka } from 'kafkajs';
import { eventLogUnreachable, topicMissing } from '../relay-errors.ts';

export interface TopicFacts {
  /** The largest record batch the topic takes, in bytes (`max.message.bytes`). */
  readonly maxMessageBytes: number;
}

/** Kafka's own default of `max.message.bytes`, for brokers that do not let this client read the topic's settings. */
const defaultMaxMessageBytes = 1_048_588;

/**
 * Looks at the topic without creating it.
 *
 * @throws RelayError TOPIC_MISSING, or EVENT_LOG_UNREACHABLE
 */
export async function inspectTopic(kafka: Kafka, topic: string): Promise<TopicFacts> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [topic] });
    return { maxMessageBytes: await maxMessageBytes(admin, topic) };
  } catch (error) {
    if (typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') throw topicMissing(topic, error);
    throw eventLogUnreachable(topic, error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function maxMessageBytes(admin: ReturnType<Kafka['admin']>, topic: string): Promise<number> {
  const name = 'max.message.bytes';
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      // Node finds no named export of this one in kafkajs' CommonJS.
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
    });
    const value = Number(resources[0]?.configEntries.find((entry) => entry.configName === name)?.configValue);
    return value > 0 ? value : defaultMaxMessageBytes;
  } catch (error) {
    if (typeOf(error) === 'TOPIC_AUTHORIZATION_FAILED') return defaultMaxMessageBytes;
    throw error;
  }
}

/** The protocol's name of an error, also of one that kafkajs wrapped after its last retry. */
export function typeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('type' in current && typeof current.type === 'string') return current.type;
  }
  return undefined;
}
