import { productEvents } from '@reprise/product-events';
import {
  aggregateHistory,
  assertBound,
  type AggregateHistory,
  type LetterServers,
} from '@reprise/read-model-feed';
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
import { RepairQueue } from '@reprise/read-model-repair';
import { readConfiguration } from '@reprise/runtime';
import { FaultLog } from './faults.ts';
import type { Invocation } from './verb.ts';

/** The servers a command works with, opened from the environment. The opener closes them. */
export interface OpenServers {
  readonly registry: Registry;
  readonly repairs: RepairQueue;
  /** What the dead letters of the log `events` are looked at and worked on with, for these read models. */
  letterServers(events: LetterServers['events'], projections: readonly Projection[]): LetterServers;
  readonly history: AggregateHistory;
  storeOf(projection: Projection): GenerationStore;
  /**
   * Compares what is configured with what the registry belongs to.
   * @param record whether one that belongs to nobody yet is bound to it
   * @throws BoundElsewhere; DependencyError
   */
  assertBound(
    projections: readonly Projection[],
    record: boolean,
    onKafkaAway?: (reason: string) => void,
  ): Promise<void>;
  /** What a rebuild of that projection needs. */
  of(projection: Projection): RebuildServers;
  /** Faults that are being waited out, reported to the listener. */
  readonly faults: FaultLog;
  close(): Promise<void>;
}

/** What servers are opened for. */
export interface OpenedFor {
  /** The read models a verb is about. */
  readonly projections: readonly Projection[];
  /** Whether the verb changes them: the first that does binds the registry to what is configured. */
  readonly changes: boolean;
}

/**
 * Opens Kafka settings, Elasticsearch, the read-model database and the event store from the environment, and refuses a registry
 * that belongs to another event log or other readers before anything is read or written.
 *
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; BoundElsewhere; DependencyError
 */
export async function openServers(
  { env, stderr }: Pick<Invocation, 'env' | 'stderr'>,
  { projections, changes }: OpenedFor,
): Promise<OpenServers> {
  const servers = await openUnbound(env);
  try {
    await servers.assertBound(projections, changes, (reason) =>
      stderr(`the Kafka cluster was not compared with the one this registry belongs to: ${reason}\n`),
    );
    return servers;
  } catch (error) {
    await servers.close();
    throw error;
  }
}

/**
 * The same without a look at what the registry belongs to, for `status`, which shows what does not fit.
 *
 * @param retryBudgetMs how long a call to a store that cannot be reached is tried, in milliseconds
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; DependencyError
 */
export async function openUnbound(
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
    await assertReadModelMigrated(pool, { budgetMs: retryBudgetMs ?? 10_000 });
  } catch (error) {
    await close();
    throw error;
  }
  const faults = new FaultLog();
  const registry = new Registry(pool, { onRetry: faults.retried });
  const history = aggregateHistory(eventStore, productEvents, registry.letterActions.discardedOf);
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
    repairs: new RepairQueue(pool, {
      maxTasks: configuration.repairQueueLimit,
      maxFailures: configuration.repairAttempts,
    }),
    letterServers: (events, chosen) => ({
      kafka: configuration.kafka,
      contract: productEvents,
      events,
      deadLetters: configuration.deadLetterTopic,
      registry,
      blocked: registry.blocked,
      actions: registry.letterActions,
      models: chosen.map((projection) => ({ projection, store: storeOf(projection) })),
      history,
    }),
    history,
    storeOf,
    assertBound: (chosen, record, onKafkaAway) =>
      assertBound({
        ...{ registry, record, kafka: configuration.kafka, topic: configuration.productEventsTopic },
        models: chosen.map((projection) => ({ projection, store: storeOf(projection) })),
        ...(onKafkaAway && { onKafkaAway }),
      }),
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
