import {
  aggregateHistory,
  assertBound,
  assertFormat,
  describeTopic,
  EventStore,
  EventStoreMismatch,
  kafkaFault,
  watchLog,
  type BoundInput,
  type KafkaConnection,
  type KafkaTopic,
} from '@reprise/read-model-feed';
import { createReadModelPool, openGenerationStore, type GenerationStore } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { permanentHistory, permanentLog } from '@reprise/read-model-repair';
import type { FedContext } from './consumer-configuration.ts';
import { throwUnlessAway, type ConsumerServers } from './consumer-servers.ts';
import type { DeadLetterProducer } from './dead-letter-producer.ts';

/** The event store and the read models of one bounded context. */
export type ContextServers = ReturnType<typeof openContext>;

/** Opens what only this context has; reaches for nothing. The opener closes it. */
export function openContext(settings: FedContext, shared: ConsumerServers, kafka: KafkaConnection) {
  const { context, topic, readers } = settings;
  const { client, pool, registry } = shared;
  const eventStore =
    settings.eventStore &&
    new EventStore({
      pool: createReadModelPool(settings.eventStore.url, { max: 4 }),
      table: settings.eventStore.table,
      setting: settings.eventStore.variable,
    });
  const { discardedOf } = registry.letterActions;
  const log = watchLog(kafka, topic.value);
  const storeOf = (projection: Projection, retryBudgetMs?: number): GenerationStore =>
    openGenerationStore(projection, {
      ...{ client, pool, alias: readers.get(projection.name)?.value },
      ...(retryBudgetMs !== undefined && { retryBudgetMs }),
    });
  return {
    settings,
    eventStore,
    storeOf,
    log,
    /** What closes gaps while it is fed; without it, such aggregates wait for a repair. */
    history: eventStore && aggregateHistory(eventStore, context.events, discardedOf),
    /** What documents are repaired from: the event store, else the log. */
    permanent: eventStore
      ? permanentHistory(eventStore, context.events, discardedOf)
      : permanentLog({
          ...{ kafka, topic: topic.value, events: context.events },
          discarded: (filter) => registry.letterActions.discarded(filter),
        }),
    close: async (): Promise<void> => void (await Promise.allSettled([eventStore?.pool.end(), log.close()])),
  };
}

/** What the registry is compared with. */
export function boundInput(
  { settings: { context, topic, readers }, storeOf }: ContextServers,
  { registry }: ConsumerServers,
  kafka: KafkaConnection,
): BoundInput {
  return {
    ...{ registry, kafka, topic: topic.value, topicSetting: topic.variable, record: true },
    models: context.projections.map((projection) => {
      const setting = readers.get(projection.name);
      return {
        ...{ projection, store: storeOf(projection) },
        readersSetting: setting?.kind === 'alias' ? setting.variable : undefined,
      };
    }),
  };
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
  own: ContextServers,
  shared: ConsumerServers,
  kafka: KafkaConnection,
  deadLetters: DeadLetterProducer,
  onAsking: (server: string) => void,
): Promise<KafkaTopic> {
  const { settings, eventStore, storeOf } = own;
  onAsking('Kafka');
  const topic = await describeTopic(kafka, settings.topic.value, { topicSetting: settings.topic.variable });
  const identity = { clusterId: topic.clusterId, topicId: topic.id };
  await assertBound({ ...boundInput(own, shared, kafka), identity });
  if (await isNew(own, shared)) await assertFormat(kafka, topic, settings.context.events);
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
async function isNew({ settings }: ContextServers, { registry }: ConsumerServers): Promise<boolean> {
  const built = await registry.listGenerations();
  return !built.some(({ projection }) =>
    settings.context.projections.some(({ name }) => name === projection),
  );
}
