import { productEvents } from '@reprise/product-events';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  aggregateHistory,
  consumerGroupOf,
  LiveFeed,
  type DeadLetter,
  type KafkaTopic,
} from '@reprise/read-model-feed';
import { BlockedAggregates, openGenerationStore, Registry } from '@reprise/read-model-indices';
import { projections } from '@reprise/product-read-model';
import { permanentHistory, RepairQueue } from '@reprise/read-model-repair';
import type { Logger } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import { type Registry as MetricsRegistry } from 'prom-client';
import { Attachments } from './attachments.ts';
import type { ConsumerConfiguration, ConsumerServers } from './consumer-servers.ts';
import { mortal } from './failpoint.ts';
import type { FeedHealth } from './feed-health.ts';
import { FeedMetrics } from './feed-metrics.ts';
import { feedHealth, feedLogger, feedMetrics, liveFeed } from './live-feed.controller.ts';
import { registerLag } from './lag-metrics.ts';
import type { MembershipInput } from './membership.ts';
import { PartitionBatches } from './partition-batches.ts';
import { RepairMetrics } from './repair-metrics.ts';
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
  readonly servers: ConsumerServers;
  readonly topic: KafkaTopic;
  readonly metrics: MetricsRegistry;
  readonly health: FeedHealth;
  readonly logger: Logger;
}

export interface LiveFeeding {
  readonly transport: PartitionBatches;
  readonly membership: MembershipInput;
  /** What the handlers of the transport are given. */
  readonly provided: ReadonlyMap<symbol, unknown>;
}

/** Puts the parts of the live feed together; nothing runs yet. */
export function liveFeeding({
  configuration,
  servers,
  topic,
  metrics,
  health,
  logger,
}: LiveFeedingInput): LiveFeeding {
  const { client, pool, eventStore, kafka, deadLetters } = servers;
  const { productEventsTopic, deadLetterTopic, searchAlias } = configuration;
  const registry = new Registry(pool);
  const measures = new FeedMetrics(metrics);
  const feederId = `${hostname()}-${process.pid}-${randomUUID()}`;
  const models = projections.map((projection) => ({
    projection,
    store: mortal(openGenerationStore(projection, { client, pool, alias: searchAlias })),
  }));
  const queue = new RepairQueue(pool, {
    maxTasks: configuration.repairQueueLimit,
    maxFailures: configuration.repairAttempts,
  });
  const repairs = new RepairWorker({
    queue,
    registry,
    models,
    history: permanentHistory(eventStore, productEvents, registry.letterActions.discardedOf),
    holder: feederId,
    tasksPerSecond: configuration.repairTasksPerSecond,
    leaseMs: 1_000 * configuration.repairLeaseSeconds,
    metrics: new RepairMetrics(metrics, queue, (error) => {
      logger.warn({ err: error }, 'the repair queue could not be counted');
    }),
    logger,
  });
  const toldGone = new Set<string>();
  const feed = new LiveFeed({
    registry,
    models,
    topicId: topic.id,
    contract: productEvents,
    history: aggregateHistory(eventStore, productEvents, registry.letterActions.discardedOf),
    blocked: new BlockedAggregates(pool),
    limit: { attempts: configuration.deadLetterAttempts, pause: pauseBetweenAttempts },
    putAside: async (letters: readonly DeadLetter[]) => {
      await deadLetters.putAside(letters, { events: topic, deadLetters: deadLetterTopic });
      measures.putAside(letters.length);
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
    topic: productEventsTopic,
    groupId: consumerGroupOf(topic, projections),
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
  registerLag(metrics, {
    kafka: configuration.kafka,
    topic: productEventsTopic,
    feed,
    assigned: () => transport.assigned,
    logger,
  });
  const provided = new Map<symbol, unknown>([
    [liveFeed, feed],
    [feedHealth, health],
    [feedMetrics, measures],
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
    metrics: measures,
    health,
    logger,
    now: () => new Date(),
  };
  return { transport, membership, provided };
}
