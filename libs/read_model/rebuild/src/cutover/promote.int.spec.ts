import { randomUUID } from 'node:crypto';
import { DependencyError, LeaseLost, type Fence, type Generation } from '@reprise/read-model-indices';
import { keepFed } from '@reprise/read-model-indices/testing';
import { feedEvents } from '@reprise/read-model-feed';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { catchUpFromLog } from './catch-up.ts';
import { promote, type CatchUp } from './promote.ts';
import { rollBack } from './roll-back.ts';
import { underLease } from '../lease/under-lease.ts';

async function filledModel(): Promise<TestReadModel> {
  const model = await testReadModel({ partitions: 1 });
  await produce(
    model.topic,
    [1, 2, 3].flatMap(() => productHistory({ events: [step.created(), step.published()] })),
  );
  return model;
}

async function built(model: TestReadModel): Promise<Generation> {
  const { receipt } = await model.rebuild({ promote: false });
  return (await model.registry.findGeneration(receipt.generation!.uuid))!;
}

async function stateOf({ registry }: TestReadModel, { uuid }: Generation): Promise<string> {
  return (await registry.findGeneration(uuid))!.state;
}

/** Two generations of which the first was promoted, and a switch to the second that died before it was recorded. */
async function withUnrecordedSwitch() {
  const model = await filledModel();
  const { store, registry, projection } = model;
  const { receipt } = await model.rebuild();
  const first = (await registry.findGeneration(receipt.generation!.uuid))!;
  const second = await built(model);
  await store.switchReaders(first.name, second.name);
  const input = (fence: Fence) => ({
    store,
    registry,
    projection,
    fence,
    catchUp: () => Promise.resolve(),
    signal: new AbortController().signal,
    now: () => new Date(0),
    onNotice: () => undefined,
  });
  const leased = <T>(work: (fence: Fence) => Promise<T>) => underLease(registry, projection.name, work);
  return { model, first, second, input, leased };
}

describe('a cutover that was killed before the registry heard of it', () => {
  it('is completed by the next promotion, which names what readers used before', async () => {
    const { model, first, second, input, leased } = await withUnrecordedSwitch();
    const cutover = await leased((fence) => promote({ ...input(fence), generation: second }));
    expect(cutover).toMatchObject({ from: first.name, to: second.name });
    expect([await stateOf(model, first), await stateOf(model, second)]).toEqual(['STANDBY', 'LIVE']);
  });

  it('is rolled back to what readers used before', async () => {
    const { model, first, second, input, leased } = await withUnrecordedSwitch();
    const cutover = await leased((fence) => rollBack(input(fence)));
    expect(cutover).toMatchObject({ from: second.name, to: first.name });
    expect([await stateOf(model, first), await stateOf(model, second)]).toEqual(['LIVE', 'STANDBY']);
  });

  it('leaves what it moved readers to on standby when another generation follows', async () => {
    const { model, second, input, leased } = await withUnrecordedSwitch();
    const third = await built(model);
    await leased((fence) => promote({ ...input(fence), generation: third }));
    expect([await stateOf(model, second), await stateOf(model, third)]).toEqual(['STANDBY', 'LIVE']);
  });
});

describe('what readers have seen though no position covers it', () => {
  it('is in the generation they are moved to: a consumer wrote it and died before it saved how far it was', async () => {
    const model = await testReadModel({ partitions: 1 });
    const { store, registry, projection, servers, topic } = model;
    const history = productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] });
    await produce(topic, history.slice(0, 2));
    const { receipt } = await model.rebuild();
    const live = (await registry.findGeneration(receipt.generation!.uuid))!;
    const next = await built(model);
    await produce(topic, history.slice(2));
    await feedEvents({ store, name: live.name, projection }, history.slice(2), undefined);
    const id = history[0]!.subject;
    expect((await store.observe(live.name, id))?.version).toBe(3);
    const catchUp = catchUpFromLog({
      connection: servers.kafka,
      topic: topic.name,
      registry,
      store,
      projection,
      history: undefined,
    });
    const { signal } = new AbortController();
    const cutover = await underLease(registry, projection.name, (fence) =>
      promote({ generation: next, store, registry, fence, catchUp, signal, now: () => new Date(0) }),
    );
    expect(cutover.to).toBe(next.name);
    expect((await store.observe(next.name, id))?.version).toBe(3);
  });
});

describe('a rollback while the log is away', () => {
  /** Readers have been moved twice; nothing can be caught up with beyond what the registry knows. */
  async function rolledBack(failure: Error) {
    const model = await filledModel();
    const { store, registry, projection } = model;
    const first = (await model.rebuild()).receipt.generation!;
    const second = (await model.rebuild()).receipt.generation!;
    const catchUp: CatchUp = (_, target) => (target === 'end' ? Promise.reject(failure) : Promise.resolve());
    const notices: string[] = [];
    const { signal } = new AbortController();
    const cutover = underLease(registry, projection.name, (fence) =>
      rollBack({
        projection,
        store,
        registry,
        fence,
        catchUp,
        signal,
        now: () => new Date(0),
        onNotice: (line) => void notices.push(line),
      }),
    );
    return { cutover, notices, store, first, second };
  }

  it('still moves readers, and says what could not be asked', async () => {
    const { cutover, notices, store, first, second } = await rolledBack(
      new DependencyError('kafka', 'no broker answers'),
    );
    expect(await cutover).toMatchObject({ from: second.name, to: first.name });
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: first.name });
    expect(notices.join()).toContain('no broker answers');
  });

  it('leaves readers where they are when it is the store that fails', async () => {
    const { cutover, store, second } = await rolledBack(new DependencyError('elasticsearch', 'it is red'));
    await expect(cutover).rejects.toThrow('it is red');
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: second.name });
  });
});

describe('a promotion beside writes that never pause', () => {
  /** A live generation that has moved on whenever the other one has come to where it was. */
  async function promoteBesideWrites(fingerprint: string | undefined) {
    const model = await filledModel();
    const { store, registry, projection } = model;
    const { receipt } = await model.rebuild();
    const live = (await registry.findGeneration(receipt.generation!.uuid))!;
    const next = await built(model);
    await registry.advancePositions(live.uuid, new Map([[0, 100n]]));
    await keepFed(model.databaseUrl, 'consumer', [{ generation: live.uuid, partitions: [0] }]);
    const catchUp: CatchUp = async ({ uuid }, target) => {
      if (target === 'end') return;
      await registry.advancePositions(uuid, target);
      await registry.advancePositions(live.uuid, new Map([[0, target.get(0)! + 1n]]));
    };
    return underLease(registry, projection.name, (fence) =>
      promote({
        generation: { ...next, fingerprint: fingerprint ?? next.fingerprint },
        store,
        registry,
        fence,
        catchUp,
        signal: AbortSignal.timeout(90_000),
        now: () => new Date(0),
        attachTimeoutMs: 300,
      }).then(
        ({ to }) => to === next.name,
        (error: Error) => error.message,
      ),
    );
  }

  it('ends when only another projection version feeds what is live', async () => {
    expect(await promoteBesideWrites('another')).toBe(true);
  });

  it('is refused when a consumer that should does not take the generation on', async () => {
    expect(await promoteBesideWrites(undefined)).toContain('the live consumer consumer still does not');
  });
});

describe('the moment of a switch', () => {
  it('finds a run whose lease another one has taken refused, and readers where they were', async () => {
    const model = await filledModel();
    const { store, registry, projection } = model;
    const first = (await registry.findGeneration((await model.rebuild()).receipt.generation!.uuid))!;
    const second = await built(model);
    const lease = (ttlMs: number) =>
      registry.acquireLease(projection.name, { runId: randomUUID(), holder: 'spec', ttlMs });
    const held = await lease(600_000);
    if (!held.acquired) throw new Error('the lease is held');
    const promotion = {
      generation: second,
      ...{ store, registry, signal: new AbortController().signal, now: () => new Date(0) },
    };
    // The last thing before the switch takes so long that another run comes in.
    const overtaken: CatchUp = async () => {
      await registry.renewLease(held.fence, 0);
      expect(await lease(1)).toMatchObject({ acquired: true });
    };
    await expect(promote({ ...promotion, fence: held.fence, catchUp: overtaken })).rejects.toBeInstanceOf(
      LeaseLost,
    );
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: first.name });
    expect([await stateOf(model, first), await stateOf(model, second)]).toEqual(['LIVE', second.state]);
  });

  it('comes after a refresh: readers find at once what the generation was caught up with, however seldom it refreshes', async () => {
    const model = await filledModel();
    const { store, registry, projection, alias } = model;
    await model.rebuild();
    const next = await built(model);
    const client = elasticsearch();
    await client.indices.putSettings({ index: next.name, settings: { refresh_interval: '1h' } });
    const late = productHistory({ events: [step.created(), step.published()] });
    const catchUp: CatchUp = async (_generation, target) => {
      if (target === 'end') await feedEvents({ store, name: next.name, projection }, late, undefined);
    };
    const { signal } = new AbortController();
    await underLease(registry, projection.name, (fence) =>
      promote({ generation: next, store, registry, fence, catchUp, signal, now: () => new Date(0) }),
    );
    const found = await client.search({
      index: alias,
      query: { term: { productId: late[0]!.subject } },
    });
    expect(found.hits.hits.map(({ _index, _id }) => [_index, _id])).toEqual([[next.name, late[0]!.subject]]);
  });
});
