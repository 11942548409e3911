import { randomUUID } from 'node:crypto';
import { projectionsByPosition } from '@reprise/product-read-model/testing';
import type { ProductEvent } from '@reprise/product-events';
import {
  BlockedAggregates,
  createReadModelPool,
  enterGeneration,
  fingerprintOf,
  metaOf,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
  type Generation,
} from '@reprise/read-model-indices';
import { afterFile, freshDatabase, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { letterHeaders } from '../dead-letters/letter-headers.ts';
import type { LetterServers } from '../dead-letters/letter-servers.ts';
import { adoptFirst, createFirstGeneration } from '../feed/first-generation.ts';
import { LiveFeed, type LiveFeedServers } from '../feed/live-feed.ts';
import { watchLog } from '../kafka/log-watch.ts';

/** product_summary of a log that orders by position. */
export const byPosition = projectionsByPosition.find(({ name }) => name === 'product_summary')!;

/**
 * A read model in Postgres whose first generation is live and fed from a topic of one partition, by batches that the test makes;
 * its dead letters go to a topic as well.
 */
export async function liveByPosition() {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const [topic, deadLetters] = [await freshTopic(), await freshTopic()];
  const { kafka } = testEndpoints();
  const log = watchLog(kafka, topic.name);
  afterFile(async () => void (await Promise.all([pool.end(), log.close()])));
  const registry = new Registry(pool);
  const store = openGenerationStore(byPosition, { pool, alias: 'none' });
  const models = [{ projection: byPosition, store }];
  const events = await log.now();
  const first = { registry, store, projection: byPosition, topic: events, holder: 'test' };
  await createFirstGeneration({ ...first, now: new Date(1_000_000), assertWhole: () => Promise.resolve() });
  expect(await adoptFirst(first, () => Promise.resolve(new Map()), 'test')).toBe(true);
  const contract = byPosition.events;
  const blocked = new BlockedAggregates(pool);
  const letters: DeadLetter[] = [];
  const servers: LiveFeedServers = {
    ...{ registry, models, topicId: events.id, history: undefined, contract, blocked },
    logNow: () => log.now(),
    limit: { attempts: 2, pause: () => Promise.resolve() },
    async putAside(given) {
      letters.push(...given);
      const origin = { topic: topic.name, topicId: events.id, at: new Date().toISOString() };
      await produceRaw(
        deadLetters,
        given.map((letter) => ({
          ...{ key: null, value: letter.value, headers: letterHeaders(letter, origin) },
        })),
      );
    },
    onSuspended: (_: Generation, error: unknown) => Promise.reject(error as Error),
    onGone: (_: Generation, error: unknown) => Promise.reject(error as Error),
  };
  const letterServers: LetterServers = {
    ...{ kafka, contract, events, deadLetters: deadLetters.name, registry, blocked, models },
    actions: registry.letterActions,
    history: () => Promise.resolve([]),
  };
  const feed = new LiveFeed(servers);
  await feed.refresh();
  const [live] = await registry.listGenerations({ states: ['LIVE'] });
  let next = 0n;
  const batchAt = (from: bigint, values: readonly (ProductEvent | string)[]) => ({
    ...{ partition: 0, from, next: from + BigInt(values.length) },
    records: values.map((value, index) => ({
      ...{ offset: from + BigInt(index), key: null },
      value: Buffer.from(typeof value === 'string' ? value : contract.encode(value)),
    })),
  });
  return {
    ...{ pool, topic, registry, store, servers, letterServers, feed, letters, live: live! },
    /** Feeds values as the next records of partition 0. */
    async fed(...values: readonly (ProductEvent | string)[]) {
      const batch = batchAt(next, values);
      const outcome = await feed.feed(batch);
      next = batch.next;
      return outcome;
    },
    /** Feeds values as records from an offset on, for a generation that is behind. */
    fedAgain: (from: number, values: readonly ProductEvent[]) => feed.feed(batchAt(BigInt(from), values)),
    /** Makes an empty generation that is fed from now on, as a rebuild's is before it is promoted. */
    async another(): Promise<Generation> {
      const fingerprint = fingerprintOf(byPosition, events.id);
      const lease = await registry.acquireLease(byPosition.name, {
        ...{ runId: randomUUID(), holder: 'test', ttlMs: 60_000 },
      });
      const { fence } = lease as Extract<typeof lease, { acquired: true }>;
      const entered = {
        projection: byPosition,
        topic: events,
        fingerprint,
        runId: null,
        now: new Date(2_000_000),
      };
      const generation = await enterGeneration({ registry, store }, entered, fence);
      await store.create(generation.name, metaOf(generation));
      await store.finishBuild(generation.name);
      await registry.moveGeneration(generation.uuid, ['BUILDING'], 'VERIFIED', { fence });
      await registry.releaseLease(fence);
      await feed.refresh();
      return generation;
    },
    stored: async (id: string) => (await store.read(live!.name, [id])).get(id),
    positions: () => registry.positions(live!.uuid),
  };
}
