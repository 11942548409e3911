import { randomUUID } from 'node:crypto';
import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  createReadModelPool,
  fingerprintOf,
  generationName,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
  type Generation,
  type GenerationState,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import {
  afterFile,
  freshDatabase,
  freshName,
  freshTopic,
  testEndpoints,
  type FreshTopic,
} from '@reprise/test-kit';
import { assertAllBound, assertBound, type BoundInput } from './assert-bound.ts';
import { identityOf, type KafkaIdentity } from '../kafka/kafka-identity.ts';

const { kafka, elasticsearch } = testEndpoints();
const search = productSearch as unknown as Projection;
const summary = productSummary as unknown as Projection;
const nowhere = { brokers: ['127.0.0.1:1'] };

let topic: FreshTopic;
let identity: KafkaIdentity;
let other: FreshTopic;
let pool: ReturnType<typeof createReadModelPool>;
let registry: Registry;
const client = createElasticsearchClient(elasticsearch);
afterFile(() => client.close());

beforeAll(async () => {
  [topic, other] = [await freshTopic(), await freshTopic()];
  identity = await identityOf(kafka, topic.name);
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  afterFile(() => pool.end());
  registry = new Registry(pool);
});

beforeEach(async () => {
  await pool.query('TRUNCATE registry.bindings, registry.generations, registry.leases CASCADE');
});

/** The read models of a process that is configured for `topic` and a fresh alias. */
function environment() {
  const storeOf = (projection: Projection, alias: string) =>
    openGenerationStore(projection, { elasticsearch: elasticsearchStores(client), pool, alias });
  const alias = freshName('bound');
  const models = [search, summary].map((projection) => ({ projection, store: storeOf(projection, alias) }));
  const assert = (changes: Partial<BoundInput> = {}) =>
    assertBound({ registry, kafka, topic: topic.name, models, record: true, ...changes });
  const byAlias = (name: string) => [
    { projection: search, store: storeOf(search, name), readersSetting: 'SEARCH_ALIAS' },
  ];
  const setCluster = (clusterId: string) =>
    pool.query('UPDATE registry.bindings SET cluster_id = $1', [clusterId]);
  return { alias, models, assert, byAlias, setCluster };
}

/** A generation as a registry of an earlier release holds it, with its index; `topicId` is that of `topic` unless given. */
async function entered(
  store: GenerationStore,
  states: readonly [GenerationState, ...GenerationState[]],
  from: { readonly name: string; readonly topicId: string },
): Promise<Generation> {
  const uuid = randomUUID();
  const fingerprint = fingerprintOf({ ...search, version: 1 }, from.topicId);
  const at = new Date(Date.UTC(2026, 0, 1) + 1_000 * Math.floor(Math.random() * 1e8));
  const name = generationName(1, search.name, at, fingerprint);
  const lease = await registry.acquireLease(search.name, {
    runId: randomUUID(),
    holder: 'spec',
    ttlMs: 600_000,
  });
  if (!lease.acquired) throw new Error('the lease is held');
  const generation = {
    ...{ uuid, name, fingerprint, projection: search.name, projectionVersion: 1 },
    ...{
      storage: 'elasticsearch' as const,
      topic: from.name,
      topicId: from.topicId,
      partitions: 1,
      runId: null,
    },
  };
  const made = await registry.createGeneration(generation, lease.fence);
  await store.create(name, { uuid, projection: search.name, projectionVersion: 1, fingerprint });
  afterFile(async () => void (await client.indices.delete({ index: name, ignore_unavailable: true })));
  for (const state of states)
    await registry.moveGeneration(uuid, ['BUILDING', 'VERIFIED', 'LIVE'], state, { fence: lease.fence });
  await registry.releaseLease(lease.fence);
  return made;
}

const bound = async () =>
  (await registry.bindings.list()).map(({ projection, topic: name, clusterId, readers }) => [
    projection,
    name,
    clusterId,
    readers,
  ]);

describe('a registry at its first use', () => {
  it('is bound to the configured log and readers, and not by a process that only looks', async () => {
    const { alias, assert } = environment();
    await assert({ record: false });
    expect(await bound()).toEqual([]);
    await assert();
    const { clusterId } = identity;
    const whole = [
      [search.name, topic.name, clusterId, alias],
      [summary.name, topic.name, clusterId, summary.name],
    ];
    expect(await bound()).toEqual(whole);
    await assert();
    expect(await bound()).toEqual(whole);
  });

  it('is bound to no topic that nobody has seen: one that does not exist, or any while Kafka is away', async () => {
    const { assert } = environment();
    await assert({ topic: 'no.such.topic' });
    await assert({ kafka: nowhere });
    expect(await bound()).toEqual([]);
  });

  it('gives two processes configured differently one answer, however they meet', async () => {
    const { assert } = environment();
    const results = await Promise.allSettled([assert(), assert({ topic: other.name })]);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ reason: { code: 'BOUND_ELSEWHERE' } });
    expect(new Set((await bound()).map(([, name]) => name)).size).toBe(1);
  });
});

describe('a registry that is bound', () => {
  it('refuses another topic, another alias and another cluster of the same topic, and names both', async () => {
    const { assert, alias, byAlias, setCluster } = environment();
    await assert();
    await expect(assert({ topic: other.name, record: false })).rejects.toThrow(
      new RegExp(`product_search: .*"${topic.name}".*"${other.name}".*[^]*product_summary: `),
    );
    await expect(assert({ models: byAlias('another') })).rejects.toThrow(
      new RegExp(`"${alias}".*"another".*SEARCH_ALIAS`),
    );
    await setCluster('another-cluster');
    await expect(assert()).rejects.toThrow(
      new RegExp(`another-cluster.*${kafka.brokers[0]}.*${identity.clusterId}`),
    );
  });

  it('refuses one alias for two projections', async () => {
    const { assert, alias, byAlias } = environment();
    await assert();
    const twin = { ...search, name: 'twin' };
    await expect(
      assert({ models: [{ projection: twin, store: { ...byAlias(alias)[0]!.store, readers: alias } }] }),
    ).rejects.toThrow(/twin: alias .* readers of product_search are/);
  });

  it('still compares topic and alias while Kafka is away, and says that it did not compare the cluster', async () => {
    const { assert, byAlias, setCluster } = environment();
    const reasons: string[] = [];
    const away = { kafka: nowhere, onKafkaAway: (reason: string) => void reasons.push(reason) };
    await assert();
    await setCluster('another-cluster');
    await assert(away);
    expect(reasons).toEqual([expect.stringContaining('127.0.0.1:1')]);
    for (const changed of [{ topic: other.name }, { models: byAlias('another') }])
      await expect(assert({ ...away, ...changed })).rejects.toMatchObject({ code: 'BOUND_ELSEWHERE' });
  });

  it('stays bound when its topic is deleted or recreated: the cluster is known without it', async () => {
    const { assert } = environment();
    const gone = await freshTopic();
    await assert({ topic: gone.name });
    await gone.delete();
    await assert({ topic: gone.name });
    await freshTopic({ name: gone.name });
    await assert({ topic: gone.name });
  });
});

describe('a registry of several event logs', () => {
  it('is bound to all of them or to none, and a refusal names what differs of each', async () => {
    const { assert, alias, byAlias, models } = environment();
    await assert({ models: byAlias(alias) });
    const before = await bound();
    const of = (changes: Partial<BoundInput>) => ({
      ...{ registry, kafka, topic: topic.name, models: byAlias(alias), record: true },
      ...changes,
    });
    const tables = of({ models: models.slice(1), topic: other.name });
    const refused = assertAllBound([tables, of({ topic: other.name }), of({ models: byAlias('another') })]);
    await expect(refused).rejects.toThrow(new RegExp(`"${other.name}"[^]*"another"`));
    expect(await bound()).toEqual(before);
    await assertAllBound([tables, of({})]);
    expect((await bound()).map(([projection, name]) => [projection, name])).toEqual([
      [search.name, topic.name],
      [summary.name, other.name],
    ]);
  });

  it('is bound to none while one of its clusters is another one', async () => {
    const { assert, alias, byAlias, models, setCluster } = environment();
    await assert({ models: byAlias(alias) });
    await setCluster('another-cluster');
    const before = await bound();
    const inputs = [
      { registry, kafka, topic: other.name, models: models.slice(1), record: true },
      { registry, kafka, topic: topic.name, models: byAlias(alias), record: true },
    ];
    await expect(assertAllBound(inputs)).rejects.toThrow(/another-cluster/);
    expect(await bound()).toEqual(before);
  });
});

describe('a registry from before bindings were recorded', () => {
  const own = () => ({ name: topic.name, topicId: identity.topicId! });

  it('is adopted by the readers who are on one of its generations, and by no other environment after that', async () => {
    const { models, alias, assert, byAlias } = environment();
    const { store } = models[0]!;
    const first = await entered(store, ['VERIFIED', 'LIVE', 'STANDBY'], own());
    await entered(store, ['VERIFIED', 'LIVE'], { name: other.name, topicId: 'another' });
    await store.switchReaders(undefined, first.name);
    // The other environment comes first, with readers who are on nothing.
    await expect(assert({ topic: other.name, models: byAlias(freshName('others')) })).rejects.toMatchObject({
      code: 'BOUND_ELSEWHERE',
    });
    expect(await bound()).toEqual([]);
    await assert();
    expect((await bound())[0]).toEqual([search.name, topic.name, identity.clusterId, alias]);
  });

  it('is bound to no cluster that holds another topic of that name', async () => {
    const { models, assert } = environment();
    const { store } = models[0]!;
    const built = await entered(store, ['VERIFIED', 'LIVE'], { ...own(), topicId: 'on another one' });
    await store.switchReaders(undefined, built.name);
    await assert();
    expect((await bound()).map(([, , cluster]) => cluster)).toEqual([undefined, identity.clusterId]);
  });
});
