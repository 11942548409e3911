import { ownEventStore } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  BlockedAggregates,
  createReadModelPool,
  openGenerationStore,
  Registry,
  StoreMisconfigured,
  runReadModelMigrations,
  type Generation,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import { productHistory, step } from '@reprise/product-events/testing';
import { afterFile, freshDatabase, freshName, testEndpoints } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { aggregateHistory, HistoryUnreadable } from '../event-store/aggregate-history.ts';
import { EventStore } from '../event-store/event-store.ts';
import { adoptFirst, createFirstGeneration } from './first-generation.ts';
import { LiveFeed } from './live-feed.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { PartitionBatch } from '../kafka/partition-batch.ts';

const topic = { name: 'test.events', id: 'test-topic-id', partitions: [0] };
const search = productSearch as unknown as Projection;
const summary = productSummary as unknown as Projection;
const models: { projection: Projection; store: GenerationStore }[] = [];

let pool: Pool;
let eventStore: EventStore;
let registry: Registry;
let feed: LiveFeed;
let putAside: (letters: readonly DeadLetter[]) => Promise<void> = () => Promise.resolve();

const batchOf = (values: readonly (ProductEvent | string)[], partition: number): PartitionBatch => ({
  partition,
  from: 0n,
  next: BigInt(values.length),
  records: values.map((value, index) => ({
    offset: BigInt(index),
    key: null,
    value: Buffer.from(typeof value === 'string' ? value : productEvents.encode(value)),
  })),
});

async function commit(events: readonly ProductEvent[], envelope = productEvents.encode): Promise<void> {
  for (const event of events) {
    const row = [event.subject, event.aggregateversion, envelope(event)];
    await pool.query('INSERT INTO test_events.event_store VALUES ($1, $2, $3)', row);
  }
}

const generationOf = async ({ name }: Projection): Promise<Generation> =>
  (await registry.listGenerations({ projection: name, states: ['VERIFIED', 'LIVE'] }))[0]!;

async function positionsOf(partition: number): Promise<(bigint | undefined)[]> {
  const read = async (projection: Projection) =>
    (await registry.positions((await generationOf(projection)).uuid)).get(partition);
  return Promise.all([read(search), read(summary)]);
}

async function versionsOf(id: string): Promise<(number | undefined)[]> {
  const versions = models.map(async ({ projection, store }) => {
    const found = await store.read((await generationOf(projection)).name, [id]);
    return found.get(id)?.version;
  });
  return Promise.all(versions);
}

beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  await pool.query(`
    CREATE SCHEMA test_events;
    CREATE TABLE test_events.event_store (
      aggregate_id uuid NOT NULL, aggregate_version int NOT NULL, envelope json NOT NULL,
      PRIMARY KEY (aggregate_id, aggregate_version));`);
  const asReader = new URL(database.url);
  asReader.searchParams.set('options', '-c search_path=test_events');
  eventStore = new EventStore({
    pool: createReadModelPool(asReader.href),
    table: ownEventStore,
    setting: 'EVENT_STORE_DATABASE_URL',
  });
  const client = createElasticsearchClient(testEndpoints().elasticsearch);
  registry = new Registry(pool);
  afterFile(async () => {
    const built = await registry.listGenerations();
    const index = built.filter(({ storage }) => storage === 'elasticsearch').map(({ name }) => name);
    if (index.length > 0) await client.indices.delete({ index, ignore_unavailable: true });
    await client.close();
    await Promise.all([pool.end(), eventStore.pool.end()]);
  });
  const stores = { elasticsearch: elasticsearchStores(client), pool, alias: freshName('test_search') };
  for (const projection of [search, summary])
    models.push({ projection, store: openGenerationStore(projection, stores) });
  feed = new LiveFeed({
    registry,
    models,
    topicId: topic.id,
    contract: productEvents,
    history: aggregateHistory(eventStore, productEvents),
    blocked: new BlockedAggregates(pool),
    limit: { attempts: 3, pause: () => Promise.resolve() },
    putAside: (letters) => putAside(letters),
    onSuspended: (_, error) => Promise.reject(error as Error),
    onGone: (_, error) => Promise.reject(error as Error),
  });
});

describe('the first generation', () => {
  const common = { topic, holder: 'test', assertWhole: () => Promise.resolve() };
  const firstOf = (model: (typeof models)[number], at: number) =>
    createFirstGeneration({ ...common, ...model, registry, now: new Date(at) });

  it('is made once, also after a process died while it made one', async () => {
    const [model] = models;
    const died = new Error('killed');
    const dying = { ...model!, store: { ...model!.store, finishBuild: () => Promise.reject(died) } };
    await expect(firstOf(dying, 1_000_000)).rejects.toBe(died);
    const [begun] = await registry.listGenerations({ states: ['BUILDING'] });
    expect(await firstOf(model!, 2_000_000)).toBe(true);
    expect(await firstOf(model!, 3_000_000)).toBe(false);
    // The entry is taken up again: a server that refuses every try must not fill the registry.
    const entries = await registry.listGenerations({ projection: model!.projection.name });
    expect(entries).toMatchObject([{ uuid: begun!.uuid, state: 'VERIFIED' }]);
    expect(await model!.store.list()).toEqual(expect.arrayContaining([begun!.name]));
    expect(await firstOf(models[1]!, 1_000_000)).toBe(true);
  });

  it('is made under a new name where something else stands under the one that was begun', async () => {
    const [{ projection, store }] = models as [(typeof models)[number]];
    const other = { projection: { ...projection, name: freshName('first') }, store };
    const refused = new StoreMisconfigured('a template stands in the way');
    const nowhere = { ...store, observeReaders: () => Promise.resolve({ kind: 'none' as const }) };
    const refusing = { ...other, store: { ...nowhere, create: () => Promise.reject(refused) } };
    for (let tries = 0; tries < 3; tries++) await expect(firstOf(refusing, 5_000_000)).rejects.toBe(refused);
    const [begun, ...others] = await registry.listGenerations({ projection: other.projection.name });
    expect(others).toEqual([]);
    const foreign = { uuid: 'other', projection: 'other', projectionVersion: 1, fingerprint: 'f' };
    const made: string[] = [];
    const taken = {
      ...nowhere,
      meta: () => Promise.resolve(foreign),
      create: (name: string) => Promise.resolve(void made.push(name)),
      finishBuild: () => Promise.resolve(),
      drop: () => Promise.reject(new Error('nothing of others may be dropped')),
    };
    expect(await firstOf({ ...other, store: taken }, 6_000_000)).toBe(true);
    expect(made).toHaveLength(1);
    expect(made).not.toContain(begun!.name);
    expect((await registry.findGeneration(begun!.uuid))?.state).toBe('ABANDONED');
  });

  it('is given to readers when it was fed up to the end, and the registry learns of it even late', async () => {
    for (const { projection, store } of models) {
      const { uuid, name } = await generationOf(projection);
      const ends = new Map([[9, 5n]]);
      const endsOf = () => Promise.resolve(ends);
      expect(await adoptFirst({ registry, store, projection, topic }, endsOf, 'test')).toBe(false);
      expect(await store.observeReaders()).toEqual({ kind: 'none' });
      await registry.advancePositions(uuid, ends);
      // Made from an earlier topic of that name: its positions say nothing about the end of this one.
      const recreated = { ...topic, id: 'recreated' };
      expect(await adoptFirst({ registry, store, projection, topic: recreated }, endsOf, 'test')).toBe(false);
      expect(await store.observeReaders()).toEqual({ kind: 'none' });
      if (projection === search) {
        expect(await adoptFirst({ registry, store, projection, topic }, endsOf, 'test')).toBe(true);
      } else {
        // As if the process had died right after pointing readers at it.
        await store.switchReaders(undefined, name);
        expect(await adoptFirst({ registry, store, projection, topic }, endsOf, 'test')).toBe(false);
      }
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name });
      expect((await registry.findGeneration(uuid))?.state).toBe('LIVE');
    }
  });
});

describe('the live feed on real stores', () => {
  beforeEach(async () => {
    putAside = () => Promise.reject(new Error('nothing should have to be put aside'));
    await feed.refresh();
  });

  it('closes a gap from the event store, in both stores', async () => {
    const life = productHistory({ events: [step.created(), step.stockAdjusted(2), step.published()] });
    const [{ subject }] = life as [ProductEvent];
    await commit(life);
    expect(await feed.feed(batchOf([life[2]!], 0))).toEqual({ outcome: 'fed', applied: 6 });
    expect(await versionsOf(subject)).toEqual([3, 3]);
    expect(await positionsOf(0)).toEqual([1n, 1n]);
  });

  it('puts aside what the event store has no remedy for: ids no product has, events nobody can decode', async () => {
    const letters: DeadLetter[] = [];
    putAside = (given) => {
      letters.push(...given);
      return Promise.resolve();
    };
    const stranger = productHistory({ id: 'no-uuid', events: [step.published()], firstVersion: 2 });
    const newer = productHistory({ events: [step.created(), step.priceChanged(1), step.published()] });
    await commit(newer, (event) =>
      event.aggregateversion === 2
        ? productEvents.encode(event).replace('price-changed.v1', 'price-changed.v9')
        : productEvents.encode(event),
    );
    await feed.feed(batchOf([...stranger, newer[0]!, newer[2]!], 1));
    expect(letters.map(({ offset, reason }) => [offset, reason])).toEqual([
      [0n, 'version-gap'],
      [2n, 'version-gap'],
    ]);
    expect(letters[1]?.message).toContain('price-changed.v9');
    expect(await versionsOf(newer[0]!.subject)).toEqual([1, 1]);
    expect(await positionsOf(1)).toEqual([3n, 3n]);
  });

  it('moves no position of either store before dead letters are durable, though documents are written', async () => {
    const life = productHistory({ events: [step.created()] });
    const batch = batchOf([...life, '{not json'], 2);
    await expect(feed.feed(batch)).rejects.toThrow('could not be put aside');
    expect(await versionsOf(life[0]!.subject)).toEqual([1, 1]);
    expect(await positionsOf(2)).toEqual([undefined, undefined]);
    const offsets: bigint[] = [];
    putAside = (letters) => {
      offsets.push(...letters.map(({ offset }) => offset));
      return Promise.resolve();
    };
    expect(await feed.feed(batch)).toEqual({ outcome: 'fed', applied: 0 });
    expect(offsets).toEqual([1n]);
    expect(await positionsOf(2)).toEqual([2n, 2n]);
  });

  it('commits rows and positions of a Postgres read model together, or neither', async () => {
    const life = productHistory({ events: [step.created()] });
    await pool.query(`
      CREATE FUNCTION test_events.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no positions today' USING ERRCODE = 'raise_exception'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON registry.generation_positions FOR EACH ROW
        WHEN (NEW.partition = 3) EXECUTE FUNCTION test_events.refuse();`);
    await expect(feed.feed(batchOf(life, 3))).rejects.toThrow('no positions today');
    expect(await positionsOf(3)).toEqual([undefined, undefined]);
    // Elasticsearch has no transaction: the document came first and the position did not move past it.
    expect(await versionsOf(life[0]!.subject)).toEqual([1, undefined]);
    await pool.query('DROP TRIGGER refuse ON registry.generation_positions');
    await feed.feed(batchOf(life, 3));
    expect(await versionsOf(life[0]!.subject)).toEqual([1, 1]);
    expect(await positionsOf(3)).toEqual([1n, 1n]);
  });

  it('feeds partitions side by side, also when a store refuses a document of one of them', async () => {
    const letters: DeadLetter[] = [];
    putAside = (given) => {
      letters.push(...given);
      return Promise.resolve();
    };
    const { name: table } = await generationOf(summary);
    await pool.query(`ALTER TABLE generations.${table} ADD CONSTRAINT taste CHECK (title <> 'Unwanted')`);
    const unstorable = productHistory({ events: [step.created({ title: 'Unwanted' })] });
    const lives = [unstorable, ...[1, 2].map(() => productHistory({ events: [step.created()] }))];
    await Promise.all(lives.map((life, index) => feed.feed(batchOf(life, 5 + index))));
    expect(letters.map(({ partition, reason, projection }) => [partition, reason, projection])).toEqual([
      [5, 'refused-by-store', summary.name],
    ]);
    const versions = await Promise.all(lives.map(([created]) => versionsOf(created!.subject)));
    expect(versions).toEqual([[1, undefined], ...[1, 2].map(() => [1, 1])]);
    for (const partition of [5, 6, 7]) expect(await positionsOf(partition)).toEqual([1n, 1n]);
  });

  it('changes nothing when a batch comes again, after a rebalance too', async () => {
    const life = productHistory({ events: [step.created(), step.deleted()] });
    await feed.feed(batchOf(life, 4));
    await feed.reload([4]);
    expect(feed.positionOf(4)).toBe(2n);
    expect(await feed.feed(batchOf(life, 4))).toEqual({ outcome: 'fed', applied: 0 });
    expect(await versionsOf(life[0]!.subject)).toEqual([2, 2]);
  });
});

describe('aggregateHistory', () => {
  it('gives nothing for an id that no aggregate can have, and the events in version order otherwise', async () => {
    const life = productHistory({ events: [step.created(), step.published(), step.deleted()] });
    await commit(life.toReversed());
    const history = aggregateHistory(eventStore, productEvents);
    expect(await history('no-uuid')).toEqual([]);
    expect(await history(`${life[0]!.subject}'--`)).toEqual([]);
    expect(await history(life[0]!.subject)).toEqual(life);
  });

  it('says that an event does not decode', async () => {
    const [created] = productHistory({ events: [step.created()] });
    await commit([created!], () => '{}');
    await expect(aggregateHistory(eventStore, productEvents)(created!.subject)).rejects.toThrow(
      HistoryUnreadable,
    );
  });
});
