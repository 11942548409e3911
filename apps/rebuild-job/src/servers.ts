import { contextSettings, type Context } from '@reprise/contexts';
import {
  assertReadModelMigrated,
  BoundElsewhere,
  createElasticsearchClient,
  createReadModelPool,
  Registry,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { RebuildServers } from '@reprise/read-model-rebuild';
import { RepairQueue } from '@reprise/read-model-repair';
import { endpointSettings, readSettings } from '@reprise/runtime';
import { openContext, type ContextServers } from './context-servers.ts';
import { FaultLog } from './faults.ts';
import type { Invocation } from './verb.ts';

/** The servers a command works with, opened from the environment. The opener closes them. */
export interface OpenServers {
  readonly registry: Registry;
  readonly repairs: RepairQueue;
  /** The contexts of the read models that are meant, each with those of them that are its own. */
  contextsOf(projections: readonly Projection[]): readonly (ContextServers & {
    readonly chosen: readonly Projection[];
  })[];
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
 * Opens Kafka settings, Elasticsearch, the read-model database and the event stores from the environment, and refuses a registry
 * that belongs to another event log or other readers before anything is read or written.
 *
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; BoundElsewhere; DependencyError
 */
export async function openServers(
  invocation: Pick<Invocation, 'env' | 'stderr' | 'contexts'>,
  { projections, changes }: OpenedFor,
): Promise<OpenServers> {
  const servers = await openUnbound(invocation, projections);
  try {
    await servers.assertBound(projections, changes, (reason) =>
      invocation.stderr(
        `the Kafka cluster was not compared with the one this registry belongs to: ${reason}\n`,
      ),
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
 * @param projections the read models a verb is about: settings of contexts that have none of them are not looked at
 * @param retryBudgetMs how long a call to a store that cannot be reached is tried, in milliseconds
 * @throws ConfigurationError with every missing or bad variable; ReadModelNotMigrated; DependencyError
 */
export async function openUnbound(
  { env, contexts }: Pick<Invocation, 'env' | 'contexts'>,
  projections: readonly Projection[],
  { retryBudgetMs }: { readonly retryBudgetMs?: number } = {},
): Promise<OpenServers> {
  const meant = contexts.filter((context) => projections.some((one) => isOf(context, one)));
  const configuration = readSettings(env, (settings) => ({
    ...endpointSettings(settings, [
      'kafka',
      'elasticsearch',
      'readModelDatabase',
      'repairQueueLimit',
      'repairAttempts',
    ]),
    contexts: contextSettings(settings, meant, ['eventStore']),
  }));
  const client = createElasticsearchClient(configuration.elasticsearch);
  const pool = createReadModelPool(configuration.readModelDatabaseUrl);
  const faults = new FaultLog();
  const registry = new Registry(pool, { onRetry: faults.retried });
  const opened = configuration.contexts.map((settings) =>
    openContext(settings, {
      ...{ kafka: configuration.kafka, registry },
      stores: {
        ...{ client, pool, onRetry: faults.retried },
        ...(retryBudgetMs !== undefined && { retryBudgetMs }),
      },
      onReadFault: (reason) => faults.note('reading Kafka', reason),
    }),
  );
  const close = async () =>
    void (await Promise.allSettled([
      client.close(),
      pool.end(),
      ...opened.map((context) => context.close()),
    ]));
  try {
    await assertReadModelMigrated(pool, { budgetMs: retryBudgetMs ?? 10_000 });
  } catch (error) {
    await close();
    throw error;
  }
  const contextOf = (projection: Projection): ContextServers =>
    opened.find(({ settings }) => isOf(settings.context, projection))!;
  const contextsOf = (chosen: readonly Projection[]) =>
    opened
      .map((context) => ({ ...context, chosen: chosen.filter((one) => isOf(context.settings.context, one)) }))
      .filter((context) => context.chosen.length > 0);
  return {
    registry,
    repairs: new RepairQueue(pool, {
      maxTasks: configuration.repairQueueLimit,
      maxFailures: configuration.repairAttempts,
    }),
    contextsOf,
    storeOf: (projection) => contextOf(projection).storeOf(projection),
    assertBound: (chosen, record, onKafkaAway) =>
      assertAllBound(registry, contextsOf(chosen), record, onKafkaAway),
    of: (projection) => contextOf(projection).of(projection),
    faults,
    close,
  };
}

/** Every context is compared before one is bound, so that a refusal names everything that differs and has changed nothing. */
async function assertAllBound(
  registry: Registry,
  contexts: ReturnType<OpenServers['contextsOf']>,
  record: boolean,
  onKafkaAway: ((reason: string) => void) | undefined,
): Promise<void> {
  const problems: string[] = [];
  for (const context of contexts) {
    const isOnly = contexts.length === 1;
    await context.assertBound(context.chosen, record && isOnly, onKafkaAway).catch((error: unknown) => {
      if (!(error instanceof BoundElsewhere)) throw error;
      problems.push(...error.problems);
    });
  }
  if (problems.length > 0) throw new BoundElsewhere(registry.bindings.database, problems);
  if (!record || contexts.length === 1) return;
  for (const context of contexts) await context.assertBound(context.chosen, true);
}

function isOf({ projections }: Context<Projection>, projection: Projection): boolean {
  return projections.some(({ name }) => name === projection.name);
}
