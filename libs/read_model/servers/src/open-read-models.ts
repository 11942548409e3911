import type { Context } from '@reprise/contexts';
import { assertAllBound } from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  createReadModelPool,
  Registry,
  type StoreRetry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RepairQueue, type OnDemandServers } from '@reprise/read-model-repair';
import type { ReadModelConfiguration } from './configuration.ts';
import { openContext, type ContextServers, type ModelServers } from './context-servers.ts';

export interface OpeningOptions {
  /** Most connections to the read-model database at once. Default 10. */
  readonly connections?: number;
  /** Most connections to each event store at once. Default 10. */
  readonly eventStoreConnections?: number;
  /** How long a call to a store that cannot be reached is tried, in milliseconds. */
  readonly retryBudgetMs?: number;
  /** The same for the registry. Default 15,000. */
  readonly registryRetryBudgetMs?: number;
  /** Called for every fault of a store or the registry that is being waited out. */
  readonly onRetry?: (retry: StoreRetry) => void;
  /** Called for every fault in reading Kafka that is being waited out. */
  readonly onReadFault?: (reason: string) => void;
}

/** The read models of some contexts with their servers. */
export type ReadModels = ReturnType<typeof openReadModels>;

/** Opens what the read models of these contexts are worked on with; reaches for nothing. The opener closes it. */
export function openReadModels(configuration: ReadModelConfiguration, options: OpeningOptions = {}) {
  const { kafka, repairQueueLimit, repairAttempts } = configuration;
  const { connections: max, eventStoreConnections, retryBudgetMs, onRetry, onReadFault } = options;
  const { registryRetryBudgetMs } = options;
  // Whoever stopped waiting for Postgres leaves its calls to be tried again, which would outlive the pool.
  const closing = new AbortController();
  const elasticsearch = configuration.connectElasticsearch?.();
  const pool = createReadModelPool(configuration.readModelDatabaseUrl, {
    ...(max !== undefined && { max }),
  });
  const registry = new Registry(pool, {
    ...(onRetry && { onRetry }),
    ...(registryRetryBudgetMs !== undefined && { budgetMs: registryRetryBudgetMs }),
    signal: closing.signal,
  });
  const shared = {
    ...{ kafka, registry },
    stores: {
      ...{ elasticsearch, pool, onRetry, closing: closing.signal },
      ...(retryBudgetMs !== undefined && { retryBudgetMs }),
    },
    ...(eventStoreConnections !== undefined && { eventStoreConnections }),
    ...(onReadFault && { onReadFault }),
  };
  const contexts = configuration.contexts.map((settings) => openContext(settings, shared));
  const contextOf = (projection: Projection): ContextServers =>
    contexts.find(({ settings }) => isOf(settings.context, projection))!;
  /** The contexts of these read models, each with those of them that are its own. */
  const contextsOf = (projections: readonly Projection[]) =>
    contexts
      .map((context) => ({
        ...context,
        chosen: projections.filter((one) => isOf(context.settings.context, one)),
      }))
      .filter(({ chosen }) => chosen.length > 0);
  const repairs = new RepairQueue(pool, {
    ...{ maxTasks: repairQueueLimit, maxFailures: repairAttempts },
    retry: { ...(onRetry && { onRetry }), signal: closing.signal },
  });
  return {
    ...{ kafka, pool, registry, repairs, contexts, contextOf, contextsOf },
    of: (projection: Projection): ModelServers => contextOf(projection).of(projection),
    /** What documents of a read model are repaired with, by name or from its queue. */
    onDemand: (projection: Projection): OnDemandServers => {
      const { storeOf, permanent } = contextOf(projection);
      return { projection, registry, store: storeOf(projection), history: permanent, queue: repairs };
    },
    /**
     * Compares what is configured with what the registry belongs to.
     * @param record whether one that belongs to nobody yet is bound to it
     * @param onKafkaAway called once for each reason why the Kafka cluster could not be compared
     * @throws BoundElsewhere with everything that differs; DependencyError
     */
    async assertBound(
      projections: readonly Projection[],
      record: boolean,
      onKafkaAway?: (reason: string) => void,
    ): Promise<void> {
      const away = new Set<string>();
      const inputs = contextsOf(projections).map(({ boundModels, chosen }) => ({
        ...{ ...boundModels(chosen), record },
        onKafkaAway: (reason: string) => void away.add(reason),
      }));
      await assertAllBound(inputs).finally(() => away.forEach((reason) => onKafkaAway?.(reason)));
    },
    close: async (): Promise<void> => {
      closing.abort();
      await Promise.allSettled([
        elasticsearch?.close(),
        pool.end(),
        ...contexts.map((context) => context.close()),
      ]);
    },
  };
}

/**
 * The same, for a registry that this release can work with.
 * @throws ReadModelNotMigrated; DependencyError when the registry stayed away
 */
export async function openMigrated(
  configuration: ReadModelConfiguration,
  options: OpeningOptions = {},
): Promise<ReadModels> {
  const opened = openReadModels(configuration, options);
  try {
    await assertReadModelMigrated(opened.pool, { budgetMs: options.retryBudgetMs ?? 10_000 });
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function isOf({ projections }: Context<Projection>, projection: Projection): boolean {
  return projections.some(({ name }) => name === projection.name);
}
