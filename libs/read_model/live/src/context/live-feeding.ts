import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  consumerGroupOf,
  describeTopic,
  LiveFeed,
  type DeadLetter,
  type KafkaTopic,
} from '@reprise/read-model-feed';
import { BlockedAggregates } from '@reprise/read-model-indices';
import type { Configuration, Logger } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import { feedBatch, retryLater, type BatchFeedInput } from '../batches/feed-batch.ts';
import { PartitionBatches, type BatchMessage, type BatchVerdict } from '../batches/partition-batches.ts';
import type { FeedHealth } from '../health/feed-health.ts';
import type { FeedMetrics } from '../health/feed-metrics.ts';
import type { FollowedLag } from '../health/lag-metrics.ts';
import type { CanaryMetrics } from '../canaries/canary-metrics.ts';
import { CanaryWatch } from '../canaries/canary-watch.ts';
import { logLetters, type DeadLetterProducer } from '../letters/dead-letter-producer.ts';
import { Attachments } from '../membership/attachments.ts';
import { RecordsGone } from '../log/errors.ts';
import { FedLog } from '../log/fed-log.ts';
import { LogCheck } from '../log/log-check.ts';
import type { MembershipInput } from '../membership/membership.ts';
import type { RepairMetrics } from '../repairs/repair-metrics.ts';
import { RepairWorker } from '../repairs/repair-worker.ts';
import type { FedServers } from './context-servers.ts';
import { mortal } from './failpoint.ts';
import type { LiveServers } from './live-servers.ts';

const firstPauseMs = 50;

/** Longer from attempt to attempt, and never the same for two processes. */
function pauseBetweenAttempts(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const bound = firstPauseMs * 2 ** Math.min(attempt - 1, 6);
  return delay(bound / 2 + Math.random() * (bound / 2), undefined, { signal });
}

/** How long faults of a store are waited out for a canary, which is soon followed by another one, in milliseconds. */
const canaryBudgetMs = 5_000;

/** How long Kafka may take to describe the log while it is fed, in milliseconds. */
const askedWithinMs = 5_000;

/** Said once for each generation. */
const goneText =
  `the index or table of the generation is gone, so it is not fed any more; all others are. ` +
  `See how readers get back to one: ${commandLine.status()}`;

/** One batch of one context on its way to its read models. */
export interface DeliveredBatch extends BatchMessage {
  readonly context: string;
  /** Feeds it to every generation. Never rejects: what goes wrong is in the verdict, the log and the readiness checks. */
  feed(): Promise<BatchVerdict>;
}

/** How much a feed takes on, as the environment variables of the same names say. */
export type LiveLimits = Pick<
  Configuration,
  'deadLetterAttempts' | 'repairTasksPerSecond' | 'repairLeaseSeconds'
>;

/** What stands between reading and feeding. */
export type Deliver = (delivered: DeliveredBatch) => Promise<BatchVerdict>;

export interface LiveFeedingInput {
  readonly limits: LiveLimits;
  readonly servers: LiveServers;
  readonly own: FedServers;
  readonly health: FeedHealth;
  readonly metrics: {
    readonly feed: FeedMetrics;
    readonly repairs: RepairMetrics;
    readonly canaries: CanaryMetrics;
  };
  readonly logger: Logger;
  readonly deadLetters: DeadLetterProducer;
  readonly topic: KafkaTopic;
  readonly deliver?: Deliver | undefined;
}

export interface LiveFeeding {
  readonly batches: PartitionBatches;
  readonly repairs: RepairWorker;
  readonly membership: MembershipInput;
  readonly logCheck: LogCheck;
  readonly canaries: CanaryWatch;
  /** What its lag is measured from. */
  readonly lag: FollowedLag;
}

/** Puts the parts of one context's live feed together; nothing runs yet. */
export function liveFeeding({
  limits,
  servers,
  own,
  deadLetters,
  topic,
  metrics,
  health,
  logger,
  deliver = (delivered) => delivered.feed(),
}: LiveFeedingInput): LiveFeeding {
  const { pool, registry } = servers;
  const { context, deadLetterTopic } = own.settings;
  const feederId = `${hostname()}-${process.pid}-${randomUUID()}`;
  const models = context.projections.map((projection) => ({
    projection,
    store: mortal(own.storeOf(projection)),
  }));
  const repairs = new RepairWorker({
    queue: servers.repairs,
    registry,
    models,
    history: own.permanent,
    holder: feederId,
    tasksPerSecond: limits.repairTasksPerSecond,
    leaseMs: 1_000 * limits.repairLeaseSeconds,
    metrics: metrics.repairs,
    logger,
  });
  const knownGone = new Set<string>();
  const canaryStores = new Map(
    context.projections.map((one) => [one.name, own.storeOf(one, canaryBudgetMs).canaries] as const),
  );
  const canaries = new CanaryWatch({
    storeOf: (name) => canaryStores.get(name),
    metrics: metrics.canaries,
    logger,
    now: () => Date.now(),
  });
  const feed = new LiveFeed({
    registry,
    models,
    topicId: topic.id,
    contract: context.events,
    logNow: () => own.log.now(),
    history: own.history,
    blocked: new BlockedAggregates(pool),
    limit: { attempts: limits.deadLetterAttempts, pause: pauseBetweenAttempts },
    putAside: async (letters: readonly DeadLetter[]) => {
      await deadLetters.putAside(letters, { events: topic, deadLetters: deadLetterTopic.value });
      metrics.feed.putAside(letters.length);
      logLetters(letters, logger);
    },
    onBlocked: (blocked) => repairs.request(blocked),
    onCanaries: canaries.passed,
    onSuspended: async (generation, error) => {
      logger.error({ err: error, generation: generation.name }, 'generation not fed for now');
      await attachments.letGoOf(generation);
    },
    onGone: async (generation, error) => {
      if (!knownGone.has(generation.uuid)) {
        knownGone.add(generation.uuid);
        logger.error({ err: error, generation: generation.name }, goneText);
      }
      await attachments.letGoOf(generation);
    },
  });
  const log = new FedLog({
    describe: () => describeTopic(servers.kafka, topic.name, { withinMs: askedWithinMs }),
    topicId: topic.id,
    versions: context.events.versions,
    closesGaps: own.history !== undefined,
  });
  const attachments: Attachments = new Attachments({
    feederId,
    registry,
    feed,
    assigned: () => batches.assigned,
    logger,
  });
  const group = consumerGroupOf(topic, context.projections);
  const source = { topic: topic.name, group, context: context.name };
  const logCheck = new LogCheck({ log, feed, assigned: () => batches.assigned, health, logger });
  const fedWith: BatchFeedInput = { feed, logCheck, health, metrics: metrics.feed, logger, source };
  const batches = new PartitionBatches({
    kafka: servers.kafkaClient,
    topic: topic.name,
    groupId: group,
    logger,
    handle: async (message, end) => {
      try {
        const feedIt = () => feedBatch(fedWith, message, end);
        return await deliver({ ...message, context: context.name, feed: feedIt });
      } catch (error) {
        return retryLater(fedWith, message, error);
      }
    },
    onAssigned: async (partitions) => {
      const fed = await feed.refresh();
      await feed.reload(partitions);
      // Before the first batch: who feeds unannounced can be passed by a cutover.
      await attachments.announce(fed);
      await logCheck.lookIfPossible();
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
      const gone = new RecordsGone(needed, oldest, log.remedy);
      health.failing(partition, gone);
      logger.error({ err: gone, partition }, 'records are gone from the log');
    },
  });
  const lag: FollowedLag = {
    context: context.name,
    kafka: servers.kafka,
    topic: topic.name,
    feed,
    assigned: () => batches.assigned,
    logger,
  };
  const membership = {
    holder: feederId,
    registry,
    feed,
    attachments,
    batches,
    models,
    topic,
    log,
    metrics: metrics.feed,
    health,
    logger,
    now: () => new Date(),
  };
  return { batches, repairs, membership, logCheck, canaries, lag };
}
