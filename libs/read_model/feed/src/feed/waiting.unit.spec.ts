import { type ProductEvent, productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { RegistryInMemory } from '@reprise/testing';
import { feedEvents } from './feed-events.ts';
import { LiveFeed, type LiveFeedServers } from './live-feed.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { PartitionBatch } from '../kafka/partition-batch.ts';
import { BlockedInMemory } from '../testing/blocked-in-memory.ts';
import { FaultyStore, projection, topicId } from '../testing/generations-in-memory.ts';

function batchOf(values: readonly (ProductEvent | string)[], from = 0n): PartitionBatch {
  const records = values.map((value, index) => ({
    offset: from + BigInt(index),
    key: null,
    value: Buffer.from(typeof value === 'string' ? value : productEvents.encode(value)),
  }));
  return { partition: 0, from, next: from + BigInt(values.length), records };
}

/** A newer release's event: its envelope is ours, its type is not. */
const unknown = (event: ProductEvent) => productEvents.encode(event).replace('.v1', '.v9');

async function setUp(more: Partial<LiveFeedServers> = {}) {
  const store = new FaultyStore();
  const registry = new RegistryInMemory();
  const blocked = new BlockedInMemory();
  const letters: DeadLetter[] = [];
  const pauses: number[] = [];
  const generation = registry.add(projection, 'LIVE');
  const servers: LiveFeedServers = {
    registry,
    models: [{ projection, store: store.asStore() }],
    topicId,
    contract: productEvents,
    history: undefined,
    blocked,
    limit: {
      attempts: 3,
      pause: (attempt) => {
        pauses.push(attempt);
        return Promise.resolve();
      },
    },
    putAside: (given) => {
      letters.push(...given);
      return Promise.resolve();
    },
    onSuspended: () => undefined,
    onGone: () => undefined,
    ...more,
  };
  const feed = new LiveFeed(servers);
  await feed.refresh();
  const versionOf = (id: string) => store.documentsOf(generation.name).get(id)?.version;
  const summaries = () => letters.map(({ offset, reason, attempts }) => `${offset} ${reason} ${attempts}`);
  return { store, registry, blocked, letters, pauses, generation, servers, feed, versionOf, summaries };
}

const undead = productHistory({
  events: [step.created(), step.deleted(), step.published(), step.priceChanged(1)],
});
const fine = productHistory({ events: [step.created(), step.stockAdjusted(2), step.published()] });

describe('an event that cannot be applied', () => {
  it('is put aside after as many tries as were allowed, and no sooner', async () => {
    for (const attempts of [1, 2, 5]) {
      const pauses: number[] = [];
      const pause = (attempt: number) => Promise.resolve(void pauses.push(attempt));
      const { feed, summaries } = await setUp({ limit: { attempts, pause } });
      await feed.feed(batchOf([...undead.slice(0, 3), '{not json']));
      expect(summaries()).toEqual([`3 not-json ${attempts}`, `2 not-applicable ${attempts}`]);
      expect(pauses).toEqual(Array.from({ length: attempts - 1 }, (_, index) => index + 1));
    }
  });

  it('is not a dead letter when a later try succeeds', async () => {
    let asked = 0;
    const history = () => Promise.resolve(++asked < 3 ? [] : fine);
    const { feed, letters, versionOf } = await setUp({ history });
    await feed.feed(batchOf([fine[0]!, fine[2]!]));
    expect(asked).toBe(3);
    expect(letters).toEqual([]);
    expect(versionOf(fine[0]!.subject)).toBe(3);
  });

  it('is not abandoned for a fault of a server, and its position stays', async () => {
    const away = Promise.reject(new Error('connect ECONNREFUSED'));
    away.catch(() => undefined);
    const { feed, letters, registry, generation } = await setUp({ history: () => away });
    for (let round = 0; round < 5; round++)
      await expect(feed.feed(batchOf([fine[2]!]))).rejects.toThrow('ECONNREFUSED');
    expect(letters).toEqual([]);
    expect(registry.held.get(generation.uuid)).toEqual(new Map());
  });

  it('keeps what came before it of its aggregate, when it is the store that refuses', async () => {
    const { feed, store, summaries, versionOf, generation } = await setUp();
    const write = store.write.bind(store);
    const { subject } = fine[0]!;
    store.write = (name, documents) => {
      const third = documents.some(({ id, version }) => id === subject && version >= 3);
      if (third) store.unstorable.add(subject);
      return write(name, documents).finally(() => store.unstorable.clear());
    };
    const more = productHistory({ id: subject, events: [step.stockAdjusted(1)], firstVersion: 4 });
    await feed.feed(batchOf([...fine, ...more]));
    expect(versionOf(subject)).toBe(2);
    expect(summaries()).toEqual(['2 refused-by-store 3', '3 waits-behind 0']);
    expect(store.writes).toContain(generation.name);
  });
});

describe('events behind a dead letter', () => {
  it('wait behind it, in its batch and in later ones and after a restart, while others flow', async () => {
    const first = await setUp();
    await first.feed.feed(batchOf(undead.slice(0, 3)));
    const next = new LiveFeed(first.servers);
    await next.refresh();
    first.letters.length = 0;
    first.pauses.length = 0;
    await next.feed(batchOf([undead[3]!, ...fine], 3n));
    expect(first.letters).toMatchObject([
      {
        offset: 3n,
        reason: 'waits-behind',
        attempts: 0,
        waitsBehind: { partition: 0, offset: 2n },
        aggregateId: undead[0]!.subject,
        aggregateVersion: 4,
      },
    ]);
    expect(first.pauses).toEqual([]);
    expect(first.versionOf(undead[0]!.subject)).toBe(2);
    expect(first.versionOf(fine[0]!.subject)).toBe(3);
    expect([...first.blocked.rows.values()]).toMatchObject([{ version: 3, offset: 2n, lastParked: 4 }]);
  });

  it('wait behind a record that is not an event but says whose it was', async () => {
    const { feed, letters } = await setUp();
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!)]));
    await feed.feed(batchOf([fine[2]!], 2n));
    expect(letters).toMatchObject([
      { offset: 1n, reason: 'unknown-type' },
      { offset: 2n, reason: 'waits-behind', waitsBehind: { partition: 0, offset: 1n } },
    ]);
  });

  it('are put aside, and held up no other, where the registry cannot hold the id of their product', async () => {
    const { feed, servers, summaries, generation, registry, versionOf } = await setUp();
    servers.blocked.block = () => Promise.resolve();
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!), fine[2]!, ...undead.slice(0, 2)]));
    expect(summaries()).toContain('1 unknown-type 3');
    expect(summaries()).toContainEqual(expect.stringContaining('2 '));
    expect(versionOf(undead[0]!.subject)).toBe(2);
    expect(registry.held.get(generation.uuid)?.get(0)).toBe(5n);
  });

  it('resume when the event store has what the log spoiled', async () => {
    const { feed, letters, versionOf } = await setUp({ history: () => Promise.resolve(fine) });
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!), fine[2]!]));
    expect(letters).toMatchObject([{ offset: 1n, reason: 'unknown-type' }]);
    expect(versionOf(fine[0]!.subject)).toBe(3);
  });

  it('do not ask the event store again and again', async () => {
    let asked = 0;
    const history = () => Promise.resolve(++asked > 0 ? [] : []);
    const { feed } = await setUp({ history });
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!), fine[2]!]));
    const after = asked;
    for (let offset = 3n; offset < 8n; offset++) await feed.feed(batchOf([fine[2]!], offset));
    expect(after).toBe(1);
    expect(asked).toBe(1);
  });

  it('resume once the version they wait for was passed', async () => {
    const { feed, letters, store, generation, versionOf } = await setUp();
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!)]));
    // Someone repaired the document meanwhile.
    await feedEvents({ store: store.asStore(), name: generation.name, projection }, [fine[1]!], undefined);
    await feed.feed(batchOf([fine[2]!], 2n));
    expect(letters).toHaveLength(1);
    expect(versionOf(fine[0]!.subject)).toBe(3);
  });

  it('are applied after all when they are released while they are put aside', async () => {
    const given = await setUp();
    const { blocked, store, generation, versionOf, registry } = given;
    const { subject } = fine[0]!;
    let released = false;
    const feed = new LiveFeed({
      ...given.servers,
      putAside: async (letters) => {
        await given.servers.putAside(letters);
        if (released || letters[0]?.reason !== 'waits-behind') return;
        released = true;
        await feedEvents(
          { store: store.asStore(), name: generation.name, projection },
          [fine[1]!],
          undefined,
        );
        blocked.rows.clear();
      },
    });
    await feed.refresh();
    await feed.feed(batchOf([fine[0]!, unknown(fine[1]!)]));
    await feed.feed(batchOf([fine[2]!], 2n));
    expect(released).toBe(true);
    expect(versionOf(subject)).toBe(3);
    expect(registry.held.get(generation.uuid)?.get(0)).toBe(3n);
  });

  it('move no position while the registry cannot hold that they wait', async () => {
    const { servers, registry, generation } = await setUp();
    const feed = new LiveFeed({
      ...servers,
      blocked: {
        at: servers.blocked.at.bind(servers.blocked),
        block: () => Promise.reject(new Error('the registry is away')),
        park: servers.blocked.park.bind(servers.blocked),
      },
    });
    await feed.refresh();
    await expect(feed.feed(batchOf(undead.slice(0, 3)))).rejects.toThrow('the registry is away');
    expect(registry.held.get(generation.uuid)).toEqual(new Map());
  });
});
