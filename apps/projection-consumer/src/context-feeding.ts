import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { untilAborted, whenAvailable, type Logger, type Part } from '@reprise/runtime';
import { NestLogger } from '@reprise/runtime/http';
import { mayPass } from './consumer-servers.ts';
import { reachContext } from './context-servers.ts';
import { DeadLetterProducer } from './dead-letter-producer.ts';
import type { LagMetrics } from './lag-metrics.ts';
import { LiveFeedController } from './live-feed.controller.ts';
import { liveFeeding, type LiveFeeding, type LiveFeedingInput } from './live-feeding.ts';
import { keepMembership } from './membership.ts';

export interface ContextFeedingInput extends Omit<LiveFeedingInput, 'deadLetters' | 'topic'> {
  readonly lag: LagMetrics;
}

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
 * Feeds the read models of one context; the batch in flight is finished before it returns. It waits, not ready, for servers that
 * are away. It throws what a restart with other settings would help against.
 */
export function contextFeeding(input: ContextFeedingInput): Part {
  const { health, logger } = input;
  return {
    run: (signal) =>
      feedContext(input, signal).catch((error: unknown) => {
        health.waiting(error);
        throw error;
      }),
    onStopped: (error) =>
      logger.error({ err: error }, 'not fed; other contexts are, and this one is tried again in a while'),
  };
}

async function feedContext(input: ContextFeedingInput, signal: AbortSignal): Promise<void> {
  const { configuration, shared, own, health, lag, logger } = input;
  const deadLetters = new DeadLetterProducer(shared.kafka, () => new Date());
  const asking = (server: string): void => health.waiting(`${server} has not answered yet`);
  try {
    const reach = () => reachContext(own, shared, configuration.kafka, deadLetters, asking);
    const reached = await whenAvailable(reach, {
      signal,
      passes: mayPass,
      onWaiting: (error) => {
        health.waiting(error);
        logger.warn({ err: error }, 'the feed cannot start yet; retrying');
      },
    });
    if (reached === undefined) return;
    const feeding = liveFeeding({ ...input, deadLetters, topic: reached.value });
    const stopMeasuring = lag.follow(feeding.lag);
    await feedUntilStopped(feeding, logger, signal).finally(stopMeasuring);
  } finally {
    await deadLetters.disconnect().catch(() => undefined);
  }
}

async function feedUntilStopped(
  { transport, membership, provided }: LiveFeeding,
  logger: Logger,
  signal: AbortSignal,
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
