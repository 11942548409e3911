import { type ProductEvent, productEvents } from '@reprise/product-events';
import { DependencyError } from '@reprise/read-model-indices';
import { canaryText, productHistory, step } from '@reprise/product-events/testing';
import { RegistryInMemory } from '@reprise/testing';
import { LiveFeed } from './live-feed.ts';
import type { PassedCanaries } from './feed-generation.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { PartitionBatch } from '../kafka/partition-batch.ts';
import { BlockedInMemory } from '../testing/blocked-in-memory.ts';
import { FaultyStore, projection, topicId } from '../testing/generations-in-memory.ts';

const life = productHistory({ events: [step.created(), step.priceChanged(5), step.stockAdjusted(1)] });

function batchOf(values: readonly (ProductEvent | string)[], from = 0n, partition = 0): PartitionBatch {
  const records = values.map((value, index) => ({
    offset: from + BigInt(index),
    key: null,
    value: Buffer.from(typeof value === 'string' ? value : productEvents.encode(value)),
  }));
  return { partition, from, next: from + BigInt(values.length), records };
}

function setUp(putAside: (letters: readonly DeadLetter[]) => Promise<void> = () => Promise.resolve()) {
  const store = new FaultyStore();
  const registry = new RegistryInMemory();
  const letters: DeadLetter[] = [];
  const suspended: string[] = [];
  const gone: string[] = [];
  const canaries: PassedCanaries[] = [];
  const feed = new LiveFeed({
    registry,
    models: [{ projection, store: store.asStore() }],
    topicId,
    contract: productEvents,
    history: undefined,
    blocked: new BlockedInMemory(),
    limit: { attempts: 3, pause: () => Promise.resolve() },
    putAside: async (given) => {
      await putAside(given);
      letters.push(...given);
    },
    onSuspended: ({ name }) => void suspended.push(name),
    onGone: ({ name }) => void gone.push(name),
    onCanaries: (passed) => void canaries.push(passed),
  });
  return { store, registry, letters, suspended, gone, canaries, feed };
}

describe('LiveFeed', () => {
  it('reads on from where the generation furthest behind stands', async () => {
    const { feed, registry } = setUp();
    registry.add(projection, 'LIVE', new Map([[0, 7n]]));
    await feed.refresh();
    expect(feed.positionOf(0)).toBe(7n);
    registry.add(projection, 'VERIFIED', new Map([[0, 3n]]));
    await feed.refresh();
    expect(feed.positionOf(0)).toBe(3n);
    registry.add(projection, 'STANDBY');
    await feed.refresh();
    expect(feed.positionOf(0)).toBe(0n);
    expect(await feed.feed(batchOf(life, 3n))).toEqual({ outcome: 'read-from', position: 0n });
  });

  it('asks for nothing, and for the same batch again, while nothing is fed', async () => {
    const { feed } = setUp();
    await feed.refresh();
    expect(feed.positionOf(0)).toBeUndefined();
    expect(await feed.feed(batchOf(life, 4n))).toEqual({ outcome: 'read-from', position: 4n });
  });

  it('leaves generations of another state alone, and lets go of one that is retired', async () => {
    const { feed, registry } = setUp();
    for (const state of ['BUILDING', 'BUILT', 'RETIRED', 'FAILED'] as const) registry.add(projection, state);
    const live = registry.add(projection, 'LIVE');
    await feed.refresh();
    expect(feed.generations).toEqual([live]);
    registry.generations = [];
    await feed.refresh();
    expect(feed.generations).toEqual([]);
  });

  it('feeds each generation by its own positions, the one readers use last', async () => {
    const { feed, registry, store } = setUp();
    const live = registry.add(projection, 'LIVE', new Map([[0, 2n]]));
    const next = registry.add(projection, 'VERIFIED');
    const before = registry.add(projection, 'STANDBY', new Map([[0, 3n]]));
    await store.write(live.name, []);
    await feed.refresh();
    store.writes.length = 0;
    await feed.feed(batchOf(life.slice(0, 2)));
    expect(store.writes).toEqual([next.name]);
    store.writes.length = 0;
    await feed.feed(batchOf(productHistory({ events: [step.created(), step.published()] }), 2n));
    expect(store.writes.at(-1)).toBe(live.name);
    expect(new Set(store.writes)).toEqual(new Set([before.name, next.name, live.name]));
    for (const { uuid } of [live, next, before]) expect(registry.held.get(uuid)?.get(0)).toBe(4n);
  });

  it('sends what several partitions bring at once to the servers as one', async () => {
    const { feed, registry, store } = setUp();
    const live = registry.add(projection, 'LIVE');
    await feed.refresh();
    const lives = [0, 1, 2].map((partition) => {
      const events = productHistory({
        id: `product-${partition}`,
        events: [step.created(), step.published()],
      });
      return batchOf(events, 0n, partition);
    });
    const outcomes = await Promise.all(lives.map((batch) => feed.feed(batch)));
    expect(outcomes).toEqual(lives.map(() => ({ outcome: 'fed', applied: 2 })));
    expect(store.writes).toEqual([live.name]);
    expect([...registry.held.get(live.uuid)!.values()]).toEqual([2n, 2n, 2n]);
  });

  it('lets go of a generation nobody reads when it fails, and takes it on again where it stands', async () => {
    const { feed, registry, store, suspended } = setUp();
    const live = registry.add(projection, 'LIVE');
    const next = registry.add(projection, 'VERIFIED');
    await feed.refresh();
    store.broken.set(next.name, new Error('its index is gone'));
    expect(await feed.feed(batchOf(life))).toEqual({ outcome: 'fed', applied: 3 });
    expect(suspended).toEqual([next.name]);
    expect(feed.generations).toEqual([live]);
    await feed.refresh();
    expect(feed.generations).toEqual([live]);
    expect(registry.held.get(next.uuid)).toEqual(new Map());
  });

  it('leaves a generation whose index is gone for good, readers’ own as well, and feeds the others', async () => {
    const { feed, registry, store, gone } = setUp();
    const live = registry.add(projection, 'LIVE');
    const standby = registry.add(projection, 'STANDBY');
    await feed.refresh();
    store.there.set(standby.name, standby.uuid);
    store.broken.set(live.name, new DependencyError('elasticsearch', 'no such index', { absent: true }));
    expect(await feed.feed(batchOf(life))).toEqual({ outcome: 'fed', applied: 3 });
    expect({ gone, fed: feed.generations }).toEqual({ gone: [live.name], fed: [standby] });
    expect(registry.generations[0]).toMatchObject({ uuid: live.uuid, state: 'GONE' });
    // A server that only seems to lack it is a fault like any other.
    store.broken.set(standby.name, new DependencyError('elasticsearch', 'no such index', { absent: true }));
    await expect(feed.feed(batchOf(life, 3n))).rejects.toThrow('no such index');
  });

  it('feeds nothing, and changes nothing, while no generation is there at all', async () => {
    const { feed, registry, store, gone } = setUp();
    const live = registry.add(projection, 'LIVE');
    await feed.refresh();
    store.broken.set(live.name, new DependencyError('elasticsearch', 'no such index', { absent: true }));
    await feed.feed(batchOf(life));
    expect({ gone, fed: feed.generations }).toEqual({ gone: [live.name], fed: [] });
    expect(registry.generations[0]!.state).toBe('LIVE');
    expect(registry.held.get(live.uuid)).toEqual(new Map());
  });

  it('stands still when the generation readers use fails', async () => {
    const { feed, registry, store } = setUp();
    const live = registry.add(projection, 'LIVE');
    await feed.refresh();
    store.broken.set(live.name, new Error('no write came through'));
    await expect(feed.feed(batchOf(life))).rejects.toThrow('no write came through');
    expect(registry.held.get(live.uuid)).toEqual(new Map());
    expect(feed.positionOf(0)).toBe(0n);
    store.broken.clear();
    expect(await feed.feed(batchOf(life))).toEqual({ outcome: 'fed', applied: 3 });
  });

  it('puts each event aside once, however many generations and reasons refuse it', async () => {
    const { feed, registry, letters, store } = setUp();
    registry.add(projection, 'LIVE');
    registry.add(projection, 'STANDBY');
    await feed.refresh();
    const undead = productHistory({ events: [step.created(), step.deleted(), step.published()] });
    store.unstorable.add(undead[0]!.subject);
    const orphan = productHistory({ events: [step.published()], firstVersion: 2 });
    await feed.feed(batchOf(['{not json', ...undead, ...orphan, ...life]));
    expect(letters.map(({ offset, reason }) => `${offset} ${reason}`)).toEqual([
      '0 not-json',
      '4 version-gap',
      '1 refused-by-store',
      '2 waits-behind',
      '3 waits-behind',
    ]);
  });

  it('puts aside no event that was applied before its document was refused', async () => {
    const { feed, registry, letters, store } = setUp();
    registry.add(projection, 'LIVE');
    await feed.refresh();
    await feed.feed(batchOf(life.slice(0, 1)));
    store.unstorable.add(life[0]!.subject);
    await feed.feed(batchOf(life.slice(0, 2), 1n));
    expect(letters.map(({ offset }) => offset)).toEqual([2n]);
  });

  it('moves no position before the dead letters are durable, of whatever generation', async () => {
    let refuse = true;
    const { feed, registry, letters, suspended } = setUp(() =>
      refuse ? Promise.reject(new Error('no such topic')) : Promise.resolve(),
    );
    const generations = [registry.add(projection, 'LIVE'), registry.add(projection, 'STANDBY')];
    await feed.refresh();
    await expect(feed.feed(batchOf(['{not json']))).rejects.toThrow(
      /could not be put aside \(no such topic\)/,
    );
    for (const { uuid } of generations) expect(registry.held.get(uuid)).toEqual(new Map());
    expect(suspended).toEqual([]);
    refuse = false;
    await feed.feed(batchOf(['{not json']));
    for (const { uuid } of generations) expect(registry.held.get(uuid)?.get(0)).toBe(1n);
    expect(letters).toHaveLength(1);
  });

  it('resolves a refresh only when no batch is under way without the new generation', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const { feed, registry } = setUp(() => {
      asked.resolve();
      return answer.promise;
    });
    registry.add(projection, 'LIVE');
    await feed.refresh();
    const feeding = feed.feed(batchOf(['{not json']));
    await asked.promise;
    const next = registry.add(projection, 'VERIFIED');
    let refreshed = false;
    const refreshing = feed.refresh().then((generations) => {
      refreshed = true;
      return generations;
    });
    await new Promise(setImmediate);
    expect(feed.generations).toContain(next);
    expect(refreshed).toBe(false);
    answer.resolve();
    await feeding;
    expect(await refreshing).toContain(next);
  });

  it('never lets an older view of the registry replace a newer one', async () => {
    const { feed, registry } = setUp();
    registry.add(projection, 'LIVE');
    const held = Promise.withResolvers<void>();
    const list = registry.listGenerations.bind(registry);
    let calls = 0;
    registry.listGenerations = async (filter) => {
      const listed = await list(filter);
      if (calls++ === 0) await held.promise;
      return listed;
    };
    const earlier = feed.refresh();
    await new Promise(setImmediate);
    const next = registry.add(projection, 'VERIFIED');
    const later = feed.refresh();
    await new Promise(setImmediate);
    held.resolve();
    await Promise.all([earlier, later]);
    expect(feed.generations).toContain(next);
  });

  it('feeds no projection a canary, and shows it once to each generation that was fed up to it', async () => {
    const { feed, registry, letters, canaries } = setUp();
    const live = registry.add(projection, 'LIVE');
    registry.add(projection, 'STANDBY', new Map([[0, 1n]]));
    await feed.refresh();
    const traced: string[] = [];
    const batch = batchOf([canaryText(), life[0]!, life[1]!]);
    const result = await feed.feed(batch, undefined, (events, work) => {
      traced.push(...events().map(({ type }) => type));
      return work();
    });
    expect(result).toEqual({ outcome: 'fed', applied: 4 });
    expect(traced).toEqual(life.slice(0, 2).map(({ type }) => type));
    expect(letters).toEqual([]);
    const shown = canaries.map((passed) => [
      passed.generation.name,
      passed.canaries.map(({ offset }) => offset),
    ]);
    expect(shown).toEqual([[live.name, [0n]]]);
  });

  it('moves past a stretch of the log that holds no records', async () => {
    const { feed, registry } = setUp();
    const live = registry.add(projection, 'LIVE');
    await feed.refresh();
    await feed.feed({ partition: 0, from: 0n, next: 9n, records: [] });
    expect(registry.held.get(live.uuid)?.get(0)).toBe(9n);
  });
});
