import { assertSettingsBound } from '@reprise/read-model-feed';
import { assertReadModelMigrated } from '@reprise/read-model-indices';
import { createMetrics, runEach, whenAvailable, type ServiceContext } from '@reprise/runtime';
import { createHttpApplication, OperationsModule } from '@reprise/runtime/http';
import type { ConsumerConfiguration } from './consumer-configuration.ts';
import { mayPass, openServers } from './consumer-servers.ts';
import { contextFeeding } from './context-feeding.ts';
import { boundInput, openContext } from './context-servers.ts';
import { FeedHealth } from './feed-health.ts';
import { registerFeedMetrics } from './feed-metrics.ts';
import { LagMetrics } from './lag-metrics.ts';
import { registerRepairMetrics } from './repair-metrics.ts';

/**
 * Feeds the read models of every context from their event logs until the signal aborts; the batches in flight are finished before
 * it returns. It listens from the beginning, and waits, not ready, for servers that are away. A context that cannot be fed does
 * not keep the others from being fed.
 *
 * @throws ReadModelNotMigrated and BoundElsewhere before anything is fed; TopicMissing and DependencyError where no context can be
 */
export async function serveConsumer(
  configuration: ConsumerConfiguration,
  { logger, signal }: ServiceContext,
): Promise<void> {
  const metrics = createMetrics('projection-consumer');
  const shared = openServers(configuration, logger);
  const feedMetrics = registerFeedMetrics(metrics);
  const repairMetrics = registerRepairMetrics(metrics, shared.repairs, (error) => {
    logger.warn({ err: error }, 'the repair queue could not be counted');
  });
  const lag = new LagMetrics(metrics);
  const fed = configuration.contexts.map((settings) => {
    const { name } = settings.context;
    const own = openContext(settings, shared, configuration.kafka);
    const health = new FeedHealth();
    const part = contextFeeding({
      ...{ configuration, shared, own, health, logger: logger.child({ context: name }) },
      ...{ lag, metrics: { feed: feedMetrics(name), repairs: repairMetrics(name) } },
    });
    return { name, own, health, part };
  });
  const ready = fed.map(({ name, health }) => {
    const check = fed.length === 1 ? 'feed' : `${name}.feed`;
    return [check, () => health.assertFeeding()] as const;
  });
  const operations = await createHttpApplication(
    OperationsModule.register({ metrics, logger, ready: Object.fromEntries(ready) }),
    { logger, metrics },
  );
  const waiting = (reason: unknown): void => fed.forEach(({ health }) => health.waiting(reason));
  const reachRegistry = async (): Promise<void> => {
    waiting('Postgres has not answered yet');
    await assertReadModelMigrated(shared.pool);
    await assertSettingsBound(fed.map(({ own }) => boundInput(own, shared, configuration.kafka)));
  };
  try {
    await operations.listen(configuration.projectionConsumerPort, configuration.httpHost);
    const reached = await whenAvailable(reachRegistry, {
      signal,
      passes: mayPass,
      onWaiting: (error) => {
        waiting(error);
        logger.warn({ err: error }, 'the feed cannot start yet; retrying');
      },
    });
    if (reached === undefined) return;
    await runEach(
      fed.map(({ part }) => part),
      signal,
    );
  } finally {
    await operations.close();
    await Promise.allSettled([shared.close(), ...fed.map(({ own }) => own.close())]);
  }
}
