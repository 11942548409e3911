import { ownEventStore } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import {
  assertBound,
  defaultUnpackedBytes,
  describeTopic,
  EventStore,
  EventStoreMismatch,
  kafkaFault,
  type KafkaTopic,
} from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  createElasticsearchClient,
  createReadModelPool,
  DependencyError,
  openGenerationStore,
  Registry,
} from '@reprise/read-model-indices';
import { projections } from '@reprise/product-read-model';
import { kafkaLogCreator, type Configuration, type Logger } from '@reprise/runtime';
import { Kafka, logLevel } from 'kafkajs';
import { DeadLetterProducer } from './dead-letter-producer.ts';
import { readEveryCodec } from './kafka-codecs.ts';
import { batchesInFlight } from './partition-batches.ts';

export type ConsumerConfiguration = Omit<
  Configuration,
  | 'writeDatabaseUrl'
  | 'outboxDatabase'
  | 'writeDatabaseOwner'
  | 'readModelDatabaseOwner'
  | 'productApiPort'
  | 'searchApiPort'
  | 'outboxRelayPort'
  | 'httpDrainSeconds'
>;

/** The clients of everything the consumer works with. Opening them reaches for nothing. */
export type ConsumerServers = ReturnType<typeof openServers>;

export function openServers(configuration: ConsumerConfiguration, logger: Logger) {
  const client = createElasticsearchClient(configuration.elasticsearch);
  // Every batch in flight feeds two tables beside the index, and signs of life must not wait for them.
  const pool = createReadModelPool(configuration.readModelDatabaseUrl, { max: 2 * batchesInFlight + 4 });
  const eventStore = new EventStore({
    pool: createReadModelPool(configuration.eventStoreDatabaseUrl, { max: 4 }),
    table: ownEventStore,
    setting: 'EVENT_STORE_DATABASE_URL',
  });
  readEveryCodec(configuration.kafka.maxUnpackedBatchBytes ?? defaultUnpackedBytes);
  const kafka = new Kafka({
    ...configuration.kafka,
    clientId: 'reprise-projection-consumer',
    connectionTimeout: 3_000,
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(logger),
  });
  const deadLetters = new DeadLetterProducer(kafka, () => new Date());
  const close = async (): Promise<void> => {
    await Promise.allSettled([deadLetters.disconnect(), client.close(), pool.end(), eventStore.pool.end()]);
  };
  return { client, pool, eventStore, kafka, deadLetters, close };
}

/**
 * Checks what the feed cannot start without: the registry's tables, the topic, a registry that belongs to it and to the configured
 * readers, and a place to put events aside. Elasticsearch and the event store may be away, but must not refuse this process. Logs
 * which server it asks, because a silent one takes minutes to time out.
 * @throws DependencyError when a server is away, which passes, or refuses this process; ReadModelNotMigrated, TopicMissing,
 *   EventStoreMismatch and BoundElsewhere
 */
export async function reachServers(
  servers: ConsumerServers,
  { kafka, productEventsTopic, searchAlias }: ConsumerConfiguration,
  onAsking: (server: string) => void,
): Promise<KafkaTopic> {
  const { client, pool, eventStore, deadLetters } = servers;
  onAsking('Postgres');
  await assertReadModelMigrated(pool);
  onAsking('Kafka');
  const topic = await describeTopic(kafka, productEventsTopic);
  await assertBound({
    ...{ kafka, topic: topic.name, identity: { clusterId: topic.clusterId, topicId: topic.id } },
    registry: new Registry(pool),
    models: projections.map((projection) => ({
      projection,
      store: openGenerationStore(projection, { client, pool, alias: searchAlias }),
    })),
    record: true,
  });
  await deadLetters.connect().catch(async (error: unknown) => {
    throw await kafkaFault(kafka, error, 'No event was fed.');
  });
  onAsking('Elasticsearch');
  for (const projection of projections) {
    const store = openGenerationStore(projection, { client, pool, alias: searchAlias, retryBudgetMs: 1 });
    await store.observeReaders().catch(throwUnlessAway);
  }
  await eventStore.opened(productEvents).catch((error: unknown) => {
    if (error instanceof EventStoreMismatch) throw error;
    throwUnlessAway(error);
  });
  return topic;
}

/** One read model is fed while the store of another one is away; a store that refuses this process stays that way. */
function throwUnlessAway(error: unknown): void {
  if (error instanceof DependencyError && !error.retryable) throw error;
}

/** Whether what was missing at the start may still appear. */
export function mayPass(error: unknown): boolean {
  return error instanceof DependencyError && error.retryable;
}
