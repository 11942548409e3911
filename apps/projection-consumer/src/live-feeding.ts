import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { consumerGroupOf, LiveFeed, type DeadLetter, type KafkaTopic } from '@reprise/read-model-feed';
import { BlockedAggregates } from '@reprise/read-model-indices';
import type { Logger } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import { Attachments } from './attachments.ts';
import type { ConsumerConfiguration } from './consumer-configuration.ts';
import type { ConsumerServers } from './consumer-servers.ts';
import type { ContextServers } from './context-servers.ts';
import type { DeadLetterProducer } from './dead-letter-producer.ts';
import type { FeedHealth } from './feed-health.ts';
import type { FeedMetrics } from './feed-metrics.ts';
import { mortal } from './failpoint.ts';
import { feedHealth, feedLogger, feedMetrics, liveFeed } from './live-feed.controller.ts';
import type { FollowedLag } from './lag-metrics.ts';
import type { MembershipInput } from './membership.ts';
import { PartitionBatches } from './partition-batches.ts';
import type { RepairMetrics } from './repair-metrics.ts';
import { repairWorker, RepairWorker } from './repair-worker.ts';

const firstPauseMs = 50;
const loggedLetters = 20;

/** Longer from attempt to attempt, and never the same for two processes. */
function pauseBetweenAttempts(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const bound = firstPauseMs * 2 ** Math.min(attempt - 1, 6);
  return delay(bound / 2 + Math.random() * (bound / 2), undefined, { signal });
}

/** A batch may hold thousands; all of them are in the topic. */
function logLetters(letters: readonly DeadLetter[], logger: Logger): void {
  for (const { partition, offset, reason, message, attempts } of letters.slice(0, loggedLetters)) {
    const found = { partition, offset: String(offset), reason, attempts, detail: message };
    logger.error(found, 'event sent to the dead-letter topic');
  }
  const others = letters.length - loggedLetters;
  if (others > 0) logger.error({ others }, 'more events sent to the dead-letter topic');
}

/** Said once for each generation. */
const goneText =
  `the index or table of the generation is gone, so it is not fed any more; all others are. ` +
  `See how readers get back to one: ${commandLine.status()}`;

export interface LiveFeedingInput {
  readonly configuration: ConsumerConfiguration;
  readonly shared: ConsumerServers;
  readonly own: ContextServers;
  readonly health: FeedHealth;
  readonly metrics: { readonly feed: FeedMetrics; readonly repairs: RepairMetrics };
  readonly logger: Logger;
  readonly deadLetters: DeadLetterProducer;
  readonly topic: KafkaTopic;
}

export interface LiveFeeding {
  readonly transport: PartitionBatches;
  readonly membership: MembershipInput;
  /** What the handlers of the transport are given. */
  readonly provided: ReadonlyMap<symbol, unknown>;
  /** What its lag is measured from. */
  readonly lag: FollowedLag;
}

/** Puts the parts of one context's live feed together; nothing runs yet. */
export function liveFeeding({
  configuration,
  shared,
  own,
  deadLetters,
  topic,
  metrics,
  health,
  logger,
}: LiveFeedingInput): LiveFeeding {
  const { pool, kafka, registry } = shared;
  const { context, deadLetterTopic } = own.settings;
  const feederId = `${hostname()}-${process.pid}-${randomUUID()}`;
  const models = context.projections.map((projection) => ({
    projection,
    store: mortal(own.storeOf(projection)),
  }));
  const repairs = new RepairWorker({
    queue: shared.repairs,
    registry,
    models,
    history: own.permanent,
    holder: feederId,
    tasksPerSecond: configuration.repairTasksPerSecond,
    leaseMs: 1_000 * configuration.repairLeaseSeconds,
    metrics: metrics.repairs,
    logger,
  });
  const toldGone = new Set<string>();
  const feed = new LiveFeed({
    registry,
    models,
    topicId: topic.id,
    contract: context.events,
    logNow: () => own.log.now(),
    history: own.history,
    blocked: new BlockedAggregates(pool),
    limit: { attempts: configuration.deadLetterAttempts, pause: pauseBetweenAttempts },
    putAside: async (letters: readonly DeadLetter[]) => {
      await deadLetters.putAside(letters, { events: topic, deadLetters: deadLetterTopic.value });
      metrics.feed.putAside(letters.length);
      logLetters(letters, logger);
    },
    onBlocked: (blocked) => repairs.request(blocked),
    onSuspended: async (generation, error) => {
      logger.error({ err: error, generation: generation.name }, 'generation not fed for now');
      await attachments.letGoOf(generation);
    },
    onGone: async (generation, error) => {
      if (!toldGone.has(generation.uuid)) {
        toldGone.add(generation.uuid);
        logger.error({ err: error, generation: generation.name }, goneText);
      }
      await attachments.letGoOf(generation);
    },
  });
  const attachments: Attachments = new Attachments({
    feederId,
    registry,
    feed,
    assigned: () => transport.assigned,
    logger,
  });
  const transport = new PartitionBatches({
    kafka,
    topic: topic.name,
    groupId: consumerGroupOf(topic, context.projections),
    logger,
    onAssigned: async (partitions) => {
      const fed = await feed.refresh();
      await feed.reload(partitions);
      // Before the first batch: who feeds unannounced can be passed by a cutover.
      await attachments.announce(fed);
      health.positioned(partitions);
      return new Map(
        partitions.flatMap((partition) => {
          const position = feed.positionOf(partition);
          return position === undefined ? [] : [[partition, position] as const];
        }),
      );
    },
    onUnpositioned: (error) => {
      health.unpositioned(error);
      logger.error({ err: error }, 'positions could not be read; nothing is fed until they are');
    },
    onRecordsGone: (partition, needed, oldest) => {
      const gone = new Error(
        `the log begins at offset ${oldest}, but a generation needs offset ${needed} next; the records between can no longer be ` +
          `any more. Run: ${commandLine.rebuildFromEventStore('all')}`,
      );
      health.failing(partition, gone);
      logger.error({ err: gone, partition }, 'records are gone from the log');
    },
  });
  const lag: FollowedLag = {
    context: context.name,
    kafka: configuration.kafka,
    topic: topic.name,
    feed,
    assigned: () => transport.assigned,
    logger,
  };
  const provided = new Map<symbol, unknown>([
    [liveFeed, feed],
    [feedHealth, health],
    [feedMetrics, metrics.feed],
    [feedLogger, logger],
    [repairWorker, repairs],
  ]);
  const membership = {
    holder: feederId,
    registry,
    feed,
    attachments,
    transport,
    models,
    topic,
    metrics: metrics.feed,
    health,
    logger,
    now: () => new Date(),
  };
  return { transport, membership, provided, lag };
}
