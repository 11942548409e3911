import { assertSettingsBound } from '@reprise/read-model-feed';
import { assertReadModelMigrated } from '@reprise/read-model-indices';
import type { ReadModels } from '@reprise/read-model-servers';
import { registerServiceLevels } from '@reprise/read-model-servers/levels';
import { defaultLiveLimits, runEach, silentLogger, whenAvailable, type Logger } from '@reprise/runtime';
import { Registry } from 'prom-client';
import { registerCanaryMetrics } from './canaries/canary-metrics.ts';
import { contextFeeding } from './context/context-feeding.ts';
import { watched } from './context/context-servers.ts';
import type { Deliver, LiveLimits } from './context/live-feeding.ts';
import { mayPass, withKafkaClient } from './context/live-servers.ts';
import { FeedHealth } from './health/feed-health.ts';
import { registerFeedMetrics } from './health/feed-metrics.ts';
import { LagMetrics } from './health/lag-metrics.ts';
import { registerRepairMetrics } from './repairs/repair-metrics.ts';

export interface LiveFeedOptions {
  /** Those left out have the defaults of their environment variables. */
  readonly limits?: Partial<LiveLimits>;
  /** Nothing is logged without one. */
  readonly logger?: Logger;
  /** Where `feed_*`, `repair_*`, `canary_*` and the service levels are registered; nobody sees them if left out. */
  readonly metrics?: Registry;
  /** Called once, when every context is fed for the first time. */
  readonly onReady?: () => void;
  /**
   * Called with every batch; what it resolves to is what `feed()` of the batch resolved to. When it rejects, the batch is delivered
   * again after a while.
   */
  readonly deliver?: Deliver;
}

/** A live feed that is put together and does nothing before it runs. */
export interface ReadModelsLiveFeed {
  /** A check per context, which rejects with the reason while it is not fed, or not all of it. */
  readonly ready: Readonly<Record<string, () => Promise<void>>>;
  /**
   * Feeds until the signal aborts; the batches in flight are finished before it resolves. It waits, not ready, for servers that are
   * away. A context that cannot be fed does not keep the others from being fed.
   *
   * @throws ReadModelNotMigrated and BoundElsewhere before anything is fed; TopicMissing and DependencyError where no context can be
   */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Puts together what feeds the read models of every context from its event log; reaches for nothing yet.
 *
 * @param readModels opened with the connections that `liveConnections` names; they stay the caller's to close
 */
export function createLiveFeed(readModels: ReadModels, options: LiveFeedOptions = {}): ReadModelsLiveFeed {
  const { logger = silentLogger(), metrics = new Registry(), deliver } = options;
  const limits = { ...defaultLiveLimits, ...options.limits };
  const servers = withKafkaClient(readModels, logger);
  const feedMetrics = registerFeedMetrics(metrics);
  const repairMetrics = registerRepairMetrics(metrics, servers.repairs, (error) => {
    logger.warn({ err: error }, 'the repair queue could not be counted');
  });
  const lag = new LagMetrics(metrics);
  const canaryMetrics = registerCanaryMetrics(metrics);
  registerServiceLevels(metrics, readModels, logger);
  const unfed = new Set(servers.contexts);
  const fed = servers.contexts.map((context) => {
    const { name } = context.settings.context;
    const health = new FeedHealth(() => {
      if (unfed.delete(context) && unfed.size === 0) options.onReady?.();
    });
    const projections = context.settings.context.projections.map((one) => one.name);
    const canaries = canaryMetrics(name, projections);
    const measured = { feed: feedMetrics(name), repairs: repairMetrics(name), canaries };
    return { name, context, health, metrics: measured };
  });
  const waiting = (reason: unknown): void => fed.forEach(({ health }) => health.waiting(reason));
  const reachRegistry = async (): Promise<void> => {
    fed.forEach(({ health }) => health.asking('Postgres'));
    await assertReadModelMigrated(servers.pool);
    await assertSettingsBound(servers.contexts.map(({ boundModels }) => boundModels()));
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    const reached = await whenAvailable(reachRegistry, {
      signal,
      passes: mayPass,
      onWaiting: (error) => {
        waiting(error);
        logger.warn({ err: error }, 'the feed cannot start yet; retrying');
      },
    }).catch((error: unknown) => {
      waiting(error);
      throw error;
    });
    if (reached === undefined) return;
    const watching = fed.map((one) => ({ ...one, own: watched(one.context, servers) }));
    const parts = watching.map(({ name, ...one }) =>
      contextFeeding({ ...one, limits, servers, lag, deliver, logger: logger.child({ context: name }) }),
    );
    await runEach(parts, signal).finally(() =>
      Promise.allSettled(watching.map(({ own }) => own.log.close())),
    );
  };

  const checks = fed.map(({ name, health }) => {
    return [fed.length === 1 ? 'feed' : `${name}.feed`, () => health.assertFeeding()] as const;
  });
  return { ready: Object.fromEntries(checks), run };
}
