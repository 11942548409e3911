import {
  assertBound,
  assertFormat,
  describeTopic,
  EventStoreMismatch,
  kafkaFault,
  watchLog,
  type KafkaTopic,
} from '@reprise/read-model-feed';
import type { ContextServers } from '@reprise/read-model-servers';
import type { DeadLetterProducer } from '../letters/dead-letter-producer.ts';
import { throwUnlessAway, type LiveServers } from './live-servers.ts';

/** The servers of one bounded context, and its log, watched. */
export type FedServers = ReturnType<typeof watched>;

/** Watches the log of a context. The caller closes it with `log.close`. */
export function watched(context: ContextServers, { kafka }: Pick<LiveServers, 'kafka'>) {
  return { ...context, log: watchLog(kafka, context.settings.topic.value) };
}

/**
 * Checks what a context cannot be fed without: its topic, a registry that belongs to it and to the configured readers, and a place
 * to put events aside. Elasticsearch and the event store may be away, but must not refuse this process. Logs which server it asks,
 * because a silent one takes minutes to time out.
 *
 * @throws DependencyError when a server is away, which passes, or refuses this process; TopicMissing, FormatUnreadable,
 *   EventStoreMismatch and BoundElsewhere
 */
export async function reachContext(
  own: FedServers,
  servers: LiveServers,
  deadLetters: DeadLetterProducer,
  onAsking: (server: string) => void,
): Promise<KafkaTopic> {
  const { settings, eventStore, storeOf } = own;
  const { kafka } = servers;
  onAsking('Kafka');
  const topic = await describeTopic(kafka, settings.topic.value, { topicSetting: settings.topic.variable });
  const identity = { clusterId: topic.clusterId, topicId: topic.id };
  await assertBound({ ...own.boundModels(), record: true, identity });
  if (await isNew(own, servers)) await assertFormat(kafka, topic, settings.context.events);
  await deadLetters.connect().catch(async (error: unknown) => {
    throw await kafkaFault(kafka, error, 'No event was fed.');
  });
  onAsking('Elasticsearch');
  for (const projection of settings.context.projections)
    await storeOf(projection, 1).observeReaders().catch(throwUnlessAway);
  await eventStore?.opened(settings.context.events).catch((error: unknown) => {
    if (error instanceof EventStoreMismatch) throw error;
    throwUnlessAway(error);
  });
  return topic;
}

/** Whether nothing was ever built from its log: a log in another format would become one dead letter after the other. */
async function isNew({ settings }: FedServers, { registry }: LiveServers): Promise<boolean> {
  const built = await registry.listGenerations();
  return !built.some(({ projection }) =>
    settings.context.projections.some(({ name }) => name === projection),
  );
}
