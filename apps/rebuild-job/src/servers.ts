import { aggregateHistory } from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  Registry,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { RebuildServers } from '@reprise/read-model-rebuild';
import { readConfiguration } from '@reprise/runtime';

/** The servers a command works with, opened from the environment. Whoever opens them closes them. */
export interface OpenServers {
  readonly registry: Registry;
  storeOf(projection: Projection): GenerationStore;
  /** What a rebuild of that projection needs. */
  of(projection: Projection): RebuildServers;
  close(): Promise<void>;
}

/**
 * Opens Kafka settings, Elasticsearch, the read-model database and the event store from the environment.
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; DependencyError
 */
export async function openServers(env: NodeJS.ProcessEnv): Promise<OpenServers> {
  const configuration = readConfiguration(env, [
    'kafka',
    'elasticsearch',
    'readModelDatabase',
    'eventStoreDatabase',
  ]);
  const client = createElasticsearchClient(configuration.elasticsearch);
  const pool = createReadModelPool(configuration.readModelDatabaseUrl);
  const eventStore = createReadModelPool(configuration.eventStoreDatabaseUrl);
  const close = async () => void (await Promise.allSettled([client.close(), pool.end(), eventStore.end()]));
  try {
    await assertReadModelMigrated(pool, { budgetMs: 10_000 });
  } catch (error) {
    await close();
    throw error;
  }
  const registry = new Registry(pool);
  const history = aggregateHistory(eventStore);
  const storeOf = (projection: Projection) =>
    openGenerationStore(projection, { client, pool, searchAlias: configuration.searchAlias });
  return {
    registry,
    storeOf,
    of: (projection) => ({
      kafka: configuration.kafka,
      topic: configuration.productEventsTopic,
      registry,
      store: storeOf(projection),
      history,
      eventStore,
    }),
    close,
  };
}
