import { untilAborted, whenAvailable, type Logger, type Part } from '@reprise/runtime';
import type { LagMetrics } from '../health/lag-metrics.ts';
import { DeadLetterProducer } from '../letters/dead-letter-producer.ts';
import { keepMembership } from '../membership/membership.ts';
import { reachContext } from './context-servers.ts';
import { liveFeeding, type LiveFeeding, type LiveFeedingInput } from './live-feeding.ts';
import { mayPass } from './live-servers.ts';

export interface ContextFeedingInput extends Omit<LiveFeedingInput, 'deadLetters' | 'topic'> {
  readonly lag: LagMetrics;
}

/**
 * Feeds the read models of one context; the batch in flight is finished before it returns. It waits, not ready, for servers that
 * are away. It throws what a restart with other settings would help against.
 */
export function contextFeeding(input: ContextFeedingInput): Part {
  const { health, logger } = input;
  return {
    run: async (signal) => {
      try {
        await feedContext(input, signal);
        health.stopped();
      } catch (error) {
        health.waiting(error);
        throw error;
      }
    },
    onStopped: (error) =>
      logger.error({ err: error }, 'not fed; other contexts are, and this one is tried again in a while'),
  };
}

async function feedContext(input: ContextFeedingInput, signal: AbortSignal): Promise<void> {
  const { servers, own, health, lag, logger } = input;
  const deadLetters = new DeadLetterProducer(servers.kafkaClient, () => new Date());
  const asking = (server: string): void => health.asking(server);
  try {
    const reached = await whenAvailable(() => reachContext(own, servers, deadLetters, asking), {
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
  { batches, repairs, membership, logCheck, canaries }: LiveFeeding,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const [stopRepairs, stopFollowing] = [new AbortController(), new AbortController()];
  const repairing = repairs.run(stopRepairs.signal);
  const started = batches.start();
  // Handled below, also when the process is stopped before it joined the group.
  started.catch(() => undefined);
  const { signal: untilStopped } = stopFollowing;
  const following = started.then(() =>
    Promise.all([keepMembership(membership, untilStopped), logCheck.keepLooking(untilStopped)]),
  );
  try {
    await Promise.race([untilAborted(signal), following, batches.crashed]);
  } finally {
    stopRepairs.abort();
    // Announced as long as anything is fed: a cutover meanwhile would not know what is still under way.
    await Promise.all([batches.close(), repairing]);
    await canaries.close();
    stopFollowing.abort();
    await Promise.race([following.catch(() => undefined), untilAborted(AbortSignal.timeout(joinPatienceMs))]);
    await membership.attachments.withdraw().catch((error: unknown) => {
      logger.warn({ err: error }, 'this feeder could not be deregistered; it expires in a few seconds');
    });
  }
}

/** How long a feed that stops waits for a group it has not joined yet. */
const joinPatienceMs = 1_000;
