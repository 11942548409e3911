import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  openGenerationStore,
  createReadModelPool,
  type Fence,
  type Generation,
} from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, elasticsearch, freshName, freshTopic, testEndpoints } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { catchUpFromLog } from '../cutover/catch-up.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { promote } from '../cutover/promote.ts';
import { promoteByName } from '../cutover/promote-by-name.ts';
import { replayOntoLive } from '../partial-replay/replay-onto-live.ts';
import { rollBack } from '../cutover/roll-back.ts';
import { underLease } from '../lease/under-lease.ts';

const products = (count: number) =>
  Array.from({ length: count }, () => productHistory({ events: [step.created(), step.published()] })).flat();
const signal = new AbortController().signal;

async function filled(): Promise<TestReadModel> {
  const model = await testReadModel({ partitions: 1 });
  await produce(model.topic, products(3));
  return model;
}

const rebuilt = async (
  model: TestReadModel,
  ...options: Parameters<TestReadModel['rebuild']>
): Promise<Generation> =>
  (await model.registry.findGeneration((await model.rebuild(...options)).receipt.generation!.uuid))!;

/** Everything that must not change when something is refused. */
async function stateOf({ registry, store, projection }: TestReadModel) {
  const generations = await registry.listGenerations({ projection: projection.name });
  const positions = await Promise.all(generations.map(({ uuid }) => registry.positions(uuid)));
  return { generations, positions, readers: await store.observeReaders() };
}

function rolledBack(model: TestReadModel, fence: Fence) {
  const { store, registry, projection, servers } = model;
  return rollBack({
    ...{ projection, store, registry, fence, signal, now: () => new Date(0), onNotice: () => undefined },
    catchUp: catchUpFromLog({
      connection: servers.kafka,
      topic: servers.topic,
      registry,
      store,
      projection,
      history: undefined,
    }),
  });
}

const rollback = (model: TestReadModel) =>
  underLease(model.registry, model.projection.name, (fence) => rolledBack(model, fence));

const promoteIt = (model: TestReadModel, generation: Generation) =>
  promoteByName(
    generation,
    model.projection,
    model.servers,
    { limits: defaultGateLimits, deep: false, canaries: [] },
    { signal },
  );

const replay = (model: TestReadModel, mode: 'APPLY' | 'DRY_RUN') =>
  replayOntoLive(
    {
      ...{
        projection: model.projection,
        mode,
        source: 'kafka',
        promote: true,
        resume: 'auto',
        batchSize: 200,
        workers: 1,
      },
      ...{ memoryBytes: 512 << 20, gate: defaultGateLimits },
    },
    { maxEvents: 0 },
    model.servers,
    { signal },
  );

/** Deletes the topic and makes it again with other products, as an operator would who wants to start from nothing. */
async function makeTopicAnew({ topic }: TestReadModel): Promise<void> {
  await topic.delete();
  await produce(await freshTopic({ name: topic.name, partitions: topic.partitions }), products(5));
}

/** The same process with other readers: a different alias on the same registry. */
function withAlias(model: TestReadModel): TestReadModel {
  const client = createElasticsearchClient(testEndpoints().elasticsearch);
  const pool = createReadModelPool(model.databaseUrl);
  afterFile(async () => void (await Promise.all([client.close(), pool.end()])));
  const alias = freshName('other_search');
  const store = openGenerationStore(model.projection, {
    elasticsearch: elasticsearchStores(client),
    pool,
    alias,
  });
  const servers = { ...model.servers, store };
  return {
    ...model,
    alias,
    store,
    servers,
    rebuild: (options, control) => model.rebuild(options, control, servers),
  };
}

/** As a release that recorded no bindings leaves the registry: the next process may use it. */
async function leaveTo(configured: TestReadModel): Promise<void> {
  const { registry, projection, store, servers } = configured;
  const pool = createReadModelPool(configured.ownerUrl);
  await pool.query('DELETE FROM registry.bindings');
  await pool.end();
  const { kind: storage, readers } = store;
  await registry.bindings.record([
    { projection: projection.name, topic: servers.topic, clusterId: undefined, storage, readers },
  ]);
}

describe('a registry that belongs to another log or other readers', () => {
  it('is neither read nor written by a rebuild, a part of the log, a promotion or a dry run', async () => {
    const model = await filled();
    const live = await rebuilt(model);
    const built = await rebuilt(model, { promote: false });
    const before = await stateOf(model);
    const runs = await model.registry.listRuns({ limit: 100 });
    const elsewhere = { ...model, servers: { ...model.servers, topic: (await freshTopic()).name } };
    for (const configured of [elsewhere, withAlias(model)])
      for (const attempt of [
        () => model.rebuild({}, {}, configured.servers),
        () => model.rebuild({ shard: { index: 0, of: 2 } }, {}, configured.servers),
        () => model.rebuild({ mode: 'DRY_RUN' }, {}, configured.servers),
        () => replay(configured, 'APPLY'),
        () => replay(configured, 'DRY_RUN'),
        () => promoteIt(configured, built),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'BOUND_ELSEWHERE' });
    expect(await stateOf(model)).toEqual(before);
    expect(before.readers).toEqual({ kind: 'generation', name: live.name });
    expect(await model.registry.listRuns({ limit: 100 })).toEqual(runs);
    expect(await model.registry.heldLeases(model.projection.name)).toEqual([]);
  });
});

describe('a topic that was deleted and made again under its name', () => {
  let model: TestReadModel;
  let built: Generation;

  beforeAll(async () => {
    model = await filled();
    await rebuilt(model);
    await rebuilt(model);
    built = await rebuilt(model, { promote: false });
    await makeTopicAnew(model);
  });

  it('is not caught up from by what the earlier one built: promote and rollback are refused, and no position moves', async () => {
    const before = await stateOf(model);
    const catchUp = catchUpFromLog({
      ...{
        connection: model.servers.kafka,
        topic: model.topic.name,
        registry: model.registry,
        store: model.store,
      },
      ...{ projection: model.projection, history: undefined },
    });
    await expect(promoteIt(model, built)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('another topic'),
    });
    await expect(rollback(model)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('another topic'),
    });
    for (const target of ['end', new Map([[0, 9n]])] as const)
      await expect(catchUp(built, target, signal)).rejects.toMatchObject({ code: 'REFUSED' });
    const { store, registry } = model;
    await expect(
      underLease(registry, model.projection.name, (fence) =>
        promote({ generation: built, store, registry, fence, catchUp, signal, now: () => new Date(0) }),
      ),
    ).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await stateOf(model)).toEqual(before);
  });

  it.each(['APPLY', 'DRY_RUN'] as const)('has no part that belongs in what is live (%s)', async (mode) => {
    const before = await stateOf(model);
    await expect(replay(model, mode)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(
        /earlier topic of the name .*rebuild --projection product_search --source event-store/,
      ),
    });
    expect(await stateOf(model)).toEqual(before);
  });
});

describe('a registry of an earlier release that two environments have used', () => {
  it('leads no way back to what served others or was built from another log, and retires nothing that is read', async () => {
    const first = await filled();
    const own = await rebuilt(first);
    // The very same log and other readers, then another log.
    const second = withAlias(first);
    await leaveTo(second);
    const served = await rebuilt(second);
    const { topic } = await filled();
    const third = withAlias({ ...first, servers: { ...first.servers, topic: topic.name } });
    await leaveTo(third);
    const foreign = await rebuilt(third);
    expect(foreign.state).toBe('LIVE');
    // Readers are on all three, whatever the registry has made of them.
    const { registry } = first;
    expect((await registry.findGeneration(own.uuid))!.state).toBe('STANDBY');
    expect((await registry.findGeneration(served.uuid))!.state).toBe('STANDBY');
    await leaveTo(first);
    await expect(rollback(first)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('never leads'),
    });
    for (const crossing of [served, foreign])
      await expect(promoteIt(first, (await registry.findGeneration(crossing.uuid))!)).rejects.toMatchObject({
        code: 'REFUSED',
      });
    for (const [model, name] of [
      [first, own.name],
      [second, served.name],
      [third, foreign.name],
    ] as const)
      expect(await model.store.observeReaders()).toEqual({ kind: 'generation', name });
    // The way back is open again to what these readers themselves have used.
    const next = await rebuilt(first);
    expect(await rollback(first)).toMatchObject({ from: next.name, to: own.name });
  });

  it('leads no way back to another log under the same alias', async () => {
    const model = await filled();
    const { topic } = await filled();
    const elsewhere = { ...model, servers: { ...model.servers, topic: topic.name } };
    await leaveTo(elsewhere);
    const foreign = await rebuilt(model, { promote: false }, {}, elsewhere.servers);
    await leaveTo(model);
    const live = await rebuilt(model);
    expect(await model.registry.moveGeneration(foreign.uuid, ['VERIFIED'], 'STANDBY')).toBe(true);
    await expect(rollback(model)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(`topic ${topic.name}`),
    });
    expect(await model.store.observeReaders()).toEqual({ kind: 'generation', name: live.name });
  });

  it('is not rolled back by readers who are on a generation of another registry', async () => {
    const [model, another] = [await filled(), await filled()];
    await rebuilt(model);
    const live = await rebuilt(model);
    const foreign = await rebuilt(another);
    await elasticsearch().indices.updateAliases({
      actions: [
        { remove: { index: live.name, alias: model.alias } },
        { add: { index: foreign.name, alias: model.alias, is_write_index: false } },
      ],
    });
    await expect(rollback(model)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('does not know'),
    });
    expect(await model.store.observeReaders()).toEqual({ kind: 'generation', name: foreign.name });
  });
});
