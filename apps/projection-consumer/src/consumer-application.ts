import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { createMetrics, untilAborted, whenAvailable, type ServiceContext } from '@reprise/runtime';
import { createHttpApplication, NestLogger, OperationsModule } from '@reprise/runtime/http';
import { mayPass, openServers, reachServers, type ConsumerConfiguration } from './consumer-servers.ts';
import { FeedHealth } from './feed-health.ts';
import { LiveFeedController } from './live-feed.controller.ts';
import { liveFeeding, type LiveFeeding } from './live-feeding.ts';
import { keepMembership } from './membership.ts';

@Module({})
class LiveFeedModule {
  static register(provided: ReadonlyMap<symbol, unknown>): DynamicModule {
    return {
      module: LiveFeedModule,
      controllers: [LiveFeedController],
      providers: [...provided].map(([provide, useValue]) => ({ provide, useValue })),
    };
  }
}

/**
 * Feeds the read models from the event log until the signal aborts; the batch in flight is finished before it returns. It
 * listens from the beginning, and waits, not ready, for servers that are away.
 *
 * @throws ReadModelNotMigrated, TopicMissing
 */
export async function serveConsumer(
  configuration: ConsumerConfiguration,
  context: ServiceContext,
): Promise<void> {
  const { logger, signal } = context;
  const metrics = createMetrics('projection-consumer');
  const health = new FeedHealth();
  const operations = await createHttpApplication(
    OperationsModule.register({ metrics, logger, ready: { feed: () => health.assertFeeding() } }),
    { logger, metrics },
  );
  const servers = openServers(configuration, logger);
  try {
    await operations.listen(configuration.projectionConsumerPort, configuration.httpHost);
    const asking = (server: string): void => health.waiting(`${server} has not answered yet`);
    const reached = await whenAvailable(() => reachServers(servers, configuration, asking), {
      signal,
      passes: mayPass,
      onWaiting: (error) => {
        health.waiting(error);
        logger.warn({ err: error }, 'the feed cannot start yet; retrying');
      },
    });
    if (reached === undefined) return;
    const parts = { configuration, servers, topic: reached.value, metrics, health, logger };
    await feedUntilStopped(liveFeeding(parts), context);
  } finally {
    await operations.close();
    await servers.close();
  }
}

async function feedUntilStopped(
  { transport, membership, provided }: LiveFeeding,
  { logger, signal }: ServiceContext,
): Promise<void> {
  const application = await NestFactory.createMicroservice<MicroserviceOptions>(
    LiveFeedModule.register(provided),
    { strategy: transport, logger: new NestLogger(logger), abortOnError: false },
  );
  const stop = new AbortController();
  const listening = application.listen();
  // Handled below, also when the process is stopped before it joined the group.
  listening.catch(() => undefined);
  const following = listening.then(() => keepMembership(membership, stop.signal));
  try {
    await Promise.race([untilAborted(signal), following, transport.crashed]);
  } finally {
    // Announced as long as anything is fed: a cutover meanwhile would not know what is still under way.
    await application.close();
    stop.abort();
    await Promise.race([following.catch(() => undefined), untilAborted(AbortSignal.timeout(joinPatienceMs))]);
    await membership.attachments.withdraw().catch((error: unknown) => {
      logger.warn({ err: error }, 'this feeder could not be deregistered; it expires in a few seconds');
    });
  }
}

/** How long a process that stops waits for a group it has not joined yet. */
const joinPatienceMs = 1_000;
