import { adoptFirst, createFirstGeneration, type KafkaTopic, type LiveFeed } from '@reprise/read-model-feed';
import {
  BuiltFromAnotherLog,
  StoreMisconfigured,
  type GenerationStore,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { feederMaxAgeMs } from '@reprise/read-model-status';
import type { Logger } from '@reprise/runtime';
import type { Attachments } from './attachments.ts';
import type { FeedHealth } from '../health/feed-health.ts';
import type { FeedMetrics } from '../health/feed-metrics.ts';
import { LogNotWhole, TopicReplaced } from '../log/errors.ts';
import type { FedLog } from '../log/fed-log.ts';
import type { PartitionBatches } from '../batches/partition-batches.ts';
import { ofOtherReleases, unfedReaders } from './unfed-readers.ts';

export interface MembershipInput {
  readonly holder: string;
  readonly registry: Registry;
  readonly feed: LiveFeed;
  readonly attachments: Attachments;
  readonly batches: PartitionBatches;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  /** As it was when the process started. */
  readonly topic: KafkaTopic;
  /** As it is. */
  readonly log: FedLog;
  readonly metrics: FeedMetrics;
  readonly health: FeedHealth;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How often the registry is looked at when nothing wakes it. */
const pollMs = 1_000;
/** How long a first generation is left alone that a server is set up to refuse, or that its log is not fit for. */
const refusedForMs = 15_000;

/**
 * Keeps the feed in step with the registry until the signal aborts: takes generations on and lets them go, reads back to
 * where a new one stands, announces what is fed, and makes the first generation where there is none.
 *
 * @throws BuiltFromAnotherLog when versions are positions and the log is another one than readers' generation was made from: nothing
 *   can be fed then until a rebuild
 */
export async function keepMembership(input: MembershipInput, signal: AbortSignal): Promise<void> {
  const refusals: Refusals = new Map();
  const follow = async () => {
    for await (const _ of input.registry.watchGenerations({ signal, pollMs }))
      await refresh(input, refusals, signal);
  };
  // Signs of life do not wait for a refresh: that waits for batches in flight, and those for servers.
  await Promise.all([follow(), input.attachments.keepAnnouncing(signal)]);
}

async function refresh(input: MembershipInput, refusals: Refusals, signal: AbortSignal): Promise<void> {
  const { feed, batches, attachments, metrics, health, logger } = input;
  try {
    await ensureFirstGenerations(input, refusals);
    const before = new Set(feed.generations.map(({ uuid }) => uuid));
    const fed = await feed.refresh();
    const joined = feed.generations.filter(({ uuid }) => !before.has(uuid));
    if (joined.length > 0) {
      logger.info({ generations: joined.map(({ name }) => name) }, 'generations taken on');
      for (const partition of batches.assigned) {
        const position = feed.positionOf(partition);
        if (position !== undefined) batches.readFrom(partition, position);
      }
    }
    metrics.generations(feed.generations.length);
    await attachments.announce(fed);
    health.followed([...refusals.values()][0]?.error);
    health.readersUnfed(await lookAtReaders(input));
  } catch (error) {
    // Tried again a second later. Until then nothing new is announced, and nobody relies on it.
    if (signal.aborted) return;
    if (error instanceof BuiltFromAnotherLog) throw error;
    health.followed(error);
    logger.error({ err: error }, 'could not follow the registry; retrying');
  }
}

/** What is said of readers that this release cannot feed. Feeders are asked for only where there are such readers. */
async function lookAtReaders({ registry, models, topic }: MembershipInput): Promise<string[]> {
  const projections = models.map(({ projection }) => projection);
  const live = await registry.listGenerations({ states: ['LIVE'] });
  if (ofOtherReleases(live, projections).length === 0) return [];
  const feeders = await registry.liveFeeders(feederMaxAgeMs);
  const partitions = topic.partitions.map(({ partition }) => partition);
  return unfedReaders({ live, feeders, projections, partitions });
}

/** A first generation that cannot be made before somebody acts, and when it is tried again, on a clock that nobody sets. */
type Refusals = Map<Projection, { readonly error: Error; readonly until: number }>;

function isRefusal(error: unknown): error is Error {
  return (
    error instanceof StoreMisconfigured || error instanceof LogNotWhole || error instanceof TopicReplaced
  );
}

/**
 * Makes the first generations that are missing and gives readers those that are fed. One that is refused does not keep the others
 * from being fed; it is tried again only after a while, because every try may create an index.
 */
async function ensureFirstGenerations(input: MembershipInput, refusals: Refusals): Promise<void> {
  const { models, logger } = input;
  for (const model of models) {
    const { projection } = model;
    if (performance.now() < (refusals.get(projection)?.until ?? 0)) continue;
    refusals.delete(projection);
    try {
      await ensureFirstGeneration(input, model);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.set(projection, { error, until: performance.now() + refusedForMs });
      logger.error({ err: error, projection: projection.name }, 'cannot create the first generation');
    }
  }
}

async function ensureFirstGeneration(
  { registry, topic, log, holder, logger, now }: MembershipInput,
  { projection, store }: MembershipInput['models'][number],
): Promise<void> {
  const made = await createFirstGeneration({
    ...{ registry, store, projection, topic, holder, now: now() },
    assertWhole: () => log.assertWhole(),
  });
  if (made)
    logger.info(
      { projection: projection.name },
      'created the first generation; it is fed from the beginning of the log',
    );
  if (await adoptFirst({ registry, store, projection, topic }, () => log.recentEnds(), holder)) {
    logger.info(
      { projection: projection.name, readers: store.readers },
      'readers got their first generation',
    );
  }
}
