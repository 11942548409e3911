import { aggregateHistory, type AggregateHistory } from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  BlockedAggregates,
  createElasticsearchClient,
  createReadModelPool,
  DeadLetterActions,
  openGenerationStore,
  Registry,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { RebuildServers } from '@reprise/read-model-rebuild';
import { RepairQueue } from '@reprise/read-model-repair';
import { readConfiguration } from '@reprise/runtime';
import { FaultLog } from './faults.ts';

/** The servers a command works with, opened from the environment. Whoever opens them closes them. */
export interface OpenServers {
  readonly registry: Registry;
  /** What is known of dead letters beside the letters themselves. */
  readonly deadLetters: { readonly blocked: BlockedAggregates; readonly actions: DeadLetterActions };
  readonly repairs: RepairQueue;
  readonly history: AggregateHistory;
  storeOf(projection: Projection): GenerationStore;
  /** What a rebuild of that projection needs. */
  of(projection: Projection): RebuildServers;
  /** What is being waited out, told to whoever listens. */
  readonly faults: FaultLog;
  close(): Promise<void>;
}

/**
 * Opens Kafka settings, Elasticsearch, the read-model database and the event store from the environment.
 *
 * @param retryBudgetMs how long a call to a store that cannot be reached is tried, in milliseconds
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; DependencyError
 */
export async function openServers(
  env: NodeJS.ProcessEnv,
  { retryBudgetMs }: { readonly retryBudgetMs?: number } = {},
): Promise<OpenServers> {
  const configuration = readConfiguration(env, [
    'kafka',
    'elasticsearch',
    'readModelDatabase',
    'eventStoreDatabase',
    'repairQueueLimit',
    'repairAttempts',
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
  const faults = new FaultLog();
  const registry = new Registry(pool, { onRetry: faults.retried });
  const history = aggregateHistory(eventStore);
  const storeOf = (projection: Projection) =>
    openGenerationStore(projection, {
      client,
      pool,
      searchAlias: configuration.searchAlias,
      onRetry: faults.retried,
      ...(retryBudgetMs !== undefined && { retryBudgetMs }),
    });
  return {
    registry,
    deadLetters: { blocked: new BlockedAggregates(pool), actions: new DeadLetterActions(pool) },
    repairs: new RepairQueue(pool, {
      maxTasks: configuration.repairQueueLimit,
      maxFailures: configuration.repairAttempts,
    }),
    history,
    storeOf,
    of: (projection) => ({
      kafka: configuration.kafka,
      topic: configuration.productEventsTopic,
      registry,
      store: storeOf(projection),
      history,
      eventStore,
      onReadFault: (reason) => faults.note('reading Kafka', reason),
    }),
    faults,
    close,
  };
}
