import { adoptFirst, createFirstGeneration, type KafkaTopic, type LiveFeed } from '@reprise/read-model-feed';
import type { GenerationStore, Registry } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { Logger } from '@reprise/runtime';
import type { Attachments } from './attachments.ts';
import type { FeedHealth } from './feed-health.ts';
import type { FeedMetrics } from './feed-metrics.ts';
import type { PartitionBatches } from './partition-batches.ts';

export interface MembershipInput {
  readonly holder: string;
  readonly registry: Registry;
  readonly feed: LiveFeed;
  readonly attachments: Attachments;
  readonly transport: PartitionBatches;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly topic: KafkaTopic;
  readonly metrics: FeedMetrics;
  readonly health: FeedHealth;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How often the registry is looked at when nothing wakes it. */
const pollMs = 1_000;

/**
 * Keeps the feed in step with the registry until the signal aborts: takes generations on and lets them go, reads back to
 * where a new one stands, announces what is fed, and makes the first generation where there is none.
 */
export async function keepMembership(input: MembershipInput, signal: AbortSignal): Promise<void> {
  const follow = async () => {
    for await (const _ of input.registry.watchGenerations({ signal, pollMs })) await refresh(input, signal);
  };
  // Signs of life do not wait for a refresh: that waits for batches in flight, and those for servers.
  await Promise.all([follow(), input.attachments.keepAnnouncing(signal)]);
}

async function refresh(input: MembershipInput, signal: AbortSignal): Promise<void> {
  const { feed, transport, attachments, metrics, health, logger } = input;
  try {
    await ensureFirstGenerations(input);
    const before = new Set(feed.generations.map(({ uuid }) => uuid));
    const fed = await feed.refresh();
    const joined = feed.generations.filter(({ uuid }) => !before.has(uuid));
    if (joined.length > 0) {
      logger.info({ generations: joined.map(({ name }) => name) }, 'generations taken on');
      for (const partition of transport.assigned) {
        const position = feed.positionOf(partition);
        if (position !== undefined) transport.readFrom(partition, position);
      }
    }
    metrics.generations(feed.generations.length);
    await attachments.announce(fed);
    health.followed();
  } catch (error) {
    // Tried again a second later. Until then nothing new is announced, and nobody relies on it.
    if (signal.aborted) return;
    health.followed(error);
    logger.error({ err: error }, 'the registry could not be followed; it is tried again');
  }
}

async function ensureFirstGenerations({
  registry,
  models,
  topic,
  holder,
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
