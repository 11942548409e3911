import { type ProductEvent, productEvents } from '@reprise/product-events';
import { readConfiguration } from '@reprise/runtime';
import { Kafka, logLevel, type Consumer, type ConsumerRunConfig } from 'kafkajs';

export type Handlers = Pick<ConsumerRunConfig, 'eachBatch' | 'eachMessage'>;

/** Decodes a record of the benchmark's own topic, in which every record is an event. */
export function eventOf(value: Buffer | null): ProductEvent {
  const decoded = productEvents.read(value);
  if (!decoded.ok) throw new Error(`the topic holds a record that is not an event: ${decoded.message}`);
  return decoded.event;
}

/**
 * Consumes a topic from its beginning with kafkajs' defaults, in its own group, until `handlersOf` calls `finish`; then
 * leaves and deletes the group.
 * @throws the handler's error, or kafkajs' own when the consumer crashed
 */
export async function consumeTopic<T>(
  { topic, groupId }: { readonly topic: string; readonly groupId: string },
  handlersOf: (finish: (result: T) => void) => Handlers,
): Promise<T> {
  const { kafka: connection } = readConfiguration(process.env, ['kafka']);
  const kafka = new Kafka({ ...connection, clientId: 'reprise-bench', logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    return await untilFinished(consumer, handlersOf);
  } finally {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).finally(() => admin.disconnect());
  }
}

function untilFinished<T>(
  consumer: Consumer,
  handlersOf: (finish: (result: T) => void) => Handlers,
): Promise<T> {
  return new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run(handlersOf(resolve)).catch(reject);
  });
}
