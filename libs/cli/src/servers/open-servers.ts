import type { Projection } from '@reprise/read-model-projections';
import { loadAdapters, openMigrated, readModelSettings, type ReadModels } from '@reprise/read-model-servers';
import { readSettings } from '@reprise/runtime';
import { FaultLog } from './faults.ts';
import { openAudit } from './open-audit.ts';
import type { Invocation } from '../verb.ts';

/** The servers a command works with, opened from the environment. The opener closes them. */
export interface OpenServers extends ReadModels {
  /** Faults that are being waited out, reported to the listener. */
  readonly faults: FaultLog;
}

/** What servers are opened for. */
export interface OpenedFor {
  /** The read models a verb is about. */
  readonly projections: readonly Projection[];
  /** Whether the verb changes them: the first that does binds the registry to what is configured. */
  readonly changes: boolean;
  /** Whether the verb is recorded in the audit, where it is not recorded exactly if it changes read models. */
  readonly audited?: boolean;
}

/**
 * Opens Kafka settings, the stores, the read-model database and the event stores from the environment, and refuses a registry
 * that belongs to another event log or other readers before anything is read or written.
 *
 * @throws ConfigurationError with every missing or bad variable, and a missing adapter; ReadModelNotMigrated; BoundElsewhere; DependencyError
 */
export async function openServers(
  invocation: Pick<Invocation, 'audit' | 'env' | 'stderr' | 'contexts'>,
  { projections, changes, audited = changes }: OpenedFor,
): Promise<OpenServers> {
  const servers = await openUnbound(invocation, projections, { audited });
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
 * @param audited whether the verb changes something, and is recorded in the audit before it does
 * @param readsEvents false for a verb that reads no event, which then need not compile their schemas
 * @throws ConfigurationError with every missing or bad variable, and a missing adapter; ReadModelNotMigrated; DependencyError
 */
export async function openUnbound(
  { audit, env, contexts }: Pick<Invocation, 'audit' | 'env' | 'contexts'>,
  projections: readonly Projection[],
  {
    retryBudgetMs,
    readsEvents,
    audited = false,
  }: { readonly retryBudgetMs?: number; readonly readsEvents?: boolean; readonly audited?: boolean } = {},
): Promise<OpenServers> {
  const meant = contexts.filter((context) =>
    context.projections.some(({ name }) => projections.some((one) => one.name === name)),
  );
  const adapters = await loadAdapters(projections);
  const configuration = readSettings(env, (settings) =>
    readModelSettings(settings, { contexts: meant, projections, adapters, readsEvents }),
  );
  const faults = new FaultLog();
  const readModels = await openMigrated(configuration, {
    onRetry: faults.retried,
    onReadFault: (reason) => faults.note('reading Kafka', reason),
    ...(retryBudgetMs !== undefined && { retryBudgetMs }),
  });
  try {
    if (audited) await audit.begin(openAudit(configuration.readModelDatabaseUrl));
    return { ...readModels, faults };
  } catch (error) {
    await readModels.close();
    throw error;
  }
}
