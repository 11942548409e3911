import { adoptFirst, createFirstGeneration, type KafkaTopic, type LiveFeed } from '@reprise/read-model-feed';
import type { GenerationStore, Registry } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { Logger } from '@reprise/runtime';
import type { FeedMetrics } from './feed-metrics.ts';
import type { PartitionBatches } from './partition-batches.ts';

export interface MembershipInput {
  readonly feederId: string;
  readonly registry: Registry;
  readonly feed: LiveFeed;
  readonly transport: PartitionBatches;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly topic: KafkaTopic;
  readonly metrics: FeedMetrics;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How often the registry is looked at when nothing wakes it, and a sign of life is given. */
const pollMs = 1_000;

/**
 * Keeps the feed in step with the registry until the signal aborts: takes generations on and lets them go, reads back to
 * where a new one stands, announces what is fed, and makes the first generation where there is none.
 */
export async function keepMembership(input: MembershipInput, signal: AbortSignal): Promise<void> {
  const { registry, feederId } = input;
  try {
    for await (const _ of registry.watchGenerations({ signal, pollMs })) await refresh(input);
  } finally {
    await registry.removeFeeder(feederId);
  }
}

async function refresh(input: MembershipInput): Promise<void> {
  const { registry, feed, transport, feederId, metrics, logger } = input;
  try {
    await ensureFirstGenerations(input);
    const before = new Set(feed.generations.map(({ uuid }) => uuid));
    await feed.refresh();
    const joined = feed.generations.filter(({ uuid }) => !before.has(uuid));
    if (joined.length > 0) {
      logger.info({ generations: joined.map(({ name }) => name) }, 'generations taken on');
      for (const partition of transport.assigned) {
        const position = feed.positionOf(partition);
        if (position !== undefined) transport.readFrom(partition, position);
      }
    }
    metrics.generations(feed.generations.length);
    await registry.beat(feederId, feed.attachments(transport.assigned));
  } catch (error) {
    // Tried again a second later. Without a beat this feeder soon counts as gone, and nobody waits for it.
    logger.error({ err: error }, 'the registry could not be followed; it is tried again');
  }
}

async function ensureFirstGenerations({
  registry,
  models,
  topic,
  feederId: holder,
  logger,
  now,
}: MembershipInput): Promise<void> {
  for (const { projection, store } of models) {
    const made = await createFirstGeneration({ registry, store, projection, topic, holder, now: now() });
    if (made)
      logger.info(
        { projection: projection.name },
        'made the first generation; it is fed from the beginning of the log',
      );
    const ends = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
    if (await adoptFirst({ registry, store, projection }, ends, holder)) {
      logger.info(
        { projection: projection.name, readers: store.readers },
        'readers got their first generation',
      );
    }
  }
}
