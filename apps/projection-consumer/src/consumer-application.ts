import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type DynamicModule } from '@nestjs/common';
import {
  aggregateHistory,
  consumerGroupOf,
  describeTopic,
  LiveFeed,
  type DeadLetter,
} from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  BlockedAggregates,
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  Registry,
} from '@reprise/read-model-indices';
import { projections } from '@reprise/read-model-projections';
import { permanentHistory, RepairQueue } from '@reprise/read-model-repair';
import {
  createMetrics,
  kafkaLogCreator,
  untilAborted,
  type Configuration,
  type Logger,
  type ServiceContext,
} from '@reprise/runtime';
import { createHttpApplication, OperationsModule, type ReadinessChecks } from '@reprise/runtime/http';
import { Kafka, logLevel } from 'kafkajs';
import { type Registry as MetricsRegistry } from 'prom-client';
import { Attachments } from './attachments.ts';
import { DeadLetterProducer } from './dead-letter-producer.ts';
import { mortal } from './failpoint.ts';
import { FeedHealth } from './feed-health.ts';
import { FeedMetrics } from './feed-metrics.ts';
import { feedHealth, feedLogger, feedMetrics, liveFeed, LiveFeedController } from './live-feed.controller.ts';
import { keepMembership } from './membership.ts';
import { batchesInFlight, PartitionBatches } from './partition-batches.ts';
import { RepairMetrics } from './repair-metrics.ts';
import { repairWorker, RepairWorker } from './repair-worker.ts';

@Module({})
class ConsumerModule {
  static register(
    metrics: MetricsRegistry,
    ready: ReadinessChecks,
    provided: ReadonlyMap<symbol, unknown>,
  ): DynamicModule {
    return {
      module: ConsumerModule,
      imports: [OperationsModule.register({ metrics, ready })],
      controllers: [LiveFeedController],
      providers: [...provided].map(([provide, useValue]) => ({ provide, useValue })),
    };
  }
}

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

type ConsumerConfiguration = Omit<
  Configuration,
  'writeDatabaseUrl' | 'productApiPort' | 'searchApiPort' | 'outboxRelayPort'
>;

/** Feeds the read models from the event log until the signal aborts; the batch in flight is finished before it returns. */
export async function serveConsumer(
  configuration: ConsumerConfiguration,
  { logger, signal }: ServiceContext,
): Promise<void> {
  const { productEventsTopic, deadLetterTopic, searchAlias } = configuration;
  const client = createElasticsearchClient(configuration.elasticsearch);
  // Every batch in flight feeds two tables beside the index, and signs of life must not wait for them.
  const pool = createReadModelPool(configuration.readModelDatabaseUrl, { max: 2 * batchesInFlight + 4 });
  const eventStore = createReadModelPool(configuration.eventStoreDatabaseUrl, { max: 4 });
  const registry = new Registry(pool);
  const stop = new AbortController();
  try {
    await assertReadModelMigrated(pool);
    const topic = await describeTopic(configuration.kafka, productEventsTopic);
    const metrics = createMetrics('projection-consumer');
    const measures = new FeedMetrics(metrics);
    const health = new FeedHealth();
    const feederId = `${hostname()}-${process.pid}-${randomUUID()}`;
    const kafka = new Kafka({
      ...configuration.kafka,
      clientId: 'reprise-projection-consumer',
      connectionTimeout: 3_000,
      logLevel: logLevel.INFO,
      logCreator: kafkaLogCreator(logger),
    });
    const deadLetters = new DeadLetterProducer(
      kafka,
      { events: topic, deadLetters: deadLetterTopic },
      () => new Date(),
    );
    const models = projections.map((projection) => ({
      projection,
      store: mortal(openGenerationStore(projection, { client, pool, searchAlias })),
    }));
    const queue = new RepairQueue(pool, {
      maxTasks: configuration.repairQueueLimit,
      maxFailures: configuration.repairAttempts,
    });
    const repairs = new RepairWorker({
      queue,
      registry,
      models,
      history: permanentHistory(eventStore),
      holder: feederId,
      tasksPerSecond: configuration.repairTasksPerSecond,
      leaseMs: 1_000 * configuration.repairLeaseSeconds,
      metrics: new RepairMetrics(metrics, queue, (error) => {
        logger.warn({ err: error }, 'the repair queue could not be counted');
      }),
      logger,
    });
    const feed = new LiveFeed({
      registry,
      models,
      topicId: topic.id,
      history: aggregateHistory(eventStore),
      blocked: new BlockedAggregates(pool),
      limit: { attempts: configuration.deadLetterAttempts, pause: pauseBetweenAttempts },
      putAside: async (letters: readonly DeadLetter[]) => {
        await deadLetters.putAside(letters);
        measures.putAside(letters.length);
        logLetters(letters, logger);
      },
      onBlocked: (blocked) => repairs.request(blocked),
      onSuspended: async (generation, error) => {
        logger.error({ err: error, generation: generation.name }, 'generation not fed for now');
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
          `the log begins at offset ${oldest}, but a generation needs offset ${needed} next; what lies between cannot be fed ` +
            'any more. Run: rebuild-job rebuild --source event-store',
        );
        health.failing(partition, gone);
        logger.error({ err: gone, partition }, 'records are gone from the log');
      },
    });
    const provided = new Map<symbol, unknown>([
      [liveFeed, feed],
      [feedHealth, health],
      [feedMetrics, measures],
      [feedLogger, logger],
      [repairWorker, repairs],
    ]);
    const application = await createHttpApplication(
      ConsumerModule.register(metrics, { feed: () => health.assertFeeding() }, provided),
      { logger, metrics },
    );
    application.nest.connectMicroservice({ strategy: transport });
    const membership = {
      holder: feederId,
      registry,
      feed,
      attachments,
      transport,
      models,
      topic,
      metrics: measures,
      logger,
      now: () => new Date(),
    };
    await deadLetters.connect();
    await application.nest.startAllMicroservices();
    await application.listen(configuration.projectionConsumerPort, configuration.httpHost);
    const following = keepMembership(membership, stop.signal);
    try {
      await Promise.race([untilAborted(signal), following, transport.crashed]);
    } finally {
      // Announced as long as anything is fed: a cutover meanwhile would not know what is still under way.
      await application.close();
      stop.abort();
      await following.catch(() => undefined);
      await attachments.withdraw().catch((error: unknown) => {
        logger.warn(
          { err: error },
          'this feeder was not taken out; it counts as gone a few seconds from now',
        );
      });
      await deadLetters.disconnect();
    }
  } finally {
    await Promise.allSettled([client.close(), pool.end(), eventStore.end()]);
  }
}
