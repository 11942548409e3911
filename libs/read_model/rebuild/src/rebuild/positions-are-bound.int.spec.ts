import { projectionsByPosition } from '@reprise/product-read-model/testing';
import type { ProductEvent } from '@reprise/product-events';
import { DependencyError, type Generation } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, produceRaw } from '@reprise/test-kit';
import { promoteByName } from '../cutover/promote-by-name.ts';
import { rollBackReadModel } from '../cutover/roll-back-read-model.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { replayOntoLive } from '../partial-replay/replay-onto-live.ts';
import type { RebuildOptions } from '../rebuild-options.ts';
import { exitCodeOf } from '../run/run-ending.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';
import { ownWarnings } from '../testing/own-warnings.ts';

const { signal } = new AbortController();
const products = (count: number): ProductEvent[] =>
  Array.from({ length: count }, () => productHistory({ events: [step.created(), step.published()] })).flat();

/** Twelve products in three partitions, with what is live, what went before it, and what is built and not promoted. */
async function filled() {
  const model = await testReadModel({ partitions: 3, projection: projectionsByPosition[0]! });
  await produce(model.topic, products(12));
  await model.rebuild();
  await model.rebuild();
  const { receipt } = await model.rebuild({ promote: false });
  return { model, built: (await model.registry.findGeneration(receipt.generation!.uuid))! };
}

/** Everything that must not change when something is refused. */
async function stateOf({ registry, store, projection }: TestReadModel) {
  const generations = await registry.listGenerations({ projection: projection.name });
  const positions = await Promise.all(generations.map(({ uuid }) => registry.positions(uuid)));
  return { generations, positions, readers: await store.observeReaders() };
}

const produceTo = ({ topic, projection }: TestReadModel, partition: number, event: ProductEvent) =>
  produceRaw(topic, [{ partition, key: event.subject, value: projection.events.encode(event) }]);

const rollBack = (model: TestReadModel) =>
  rollBackReadModel(model.projection, model.servers, { again: false, signal, onNotice: () => undefined });

const replay = ({ projection, servers }: TestReadModel, mode: RebuildOptions['mode']) =>
  replayOntoLive(
    {
      ...{ projection, mode, source: 'kafka', promote: true, resume: 'auto', batchSize: 200, workers: 1 },
      ...{ memoryBytes: 512 << 20, gate: defaultGateLimits },
    },
    { maxEvents: 0 },
    servers,
    { signal },
  );

const attempted = [
  'a promotion by name',
  'a rollback',
  'a part of the log',
  'a part of the log that is only counted',
  'a comparison',
] as const;

function attemptOn(
  { model, built }: { readonly model: TestReadModel; readonly built: Generation },
  what: (typeof attempted)[number],
): Promise<unknown> {
  const { projection, servers } = model;
  switch (what) {
    case 'a promotion by name': {
      const questions = { limits: defaultGateLimits, deep: false, canaries: [] };
      return promoteByName(built, projection, servers, questions, { signal });
    }
    case 'a rollback':
      return rollBack(model);
    case 'a part of the log':
      return replay(model, 'APPLY');
    case 'a part of the log that is only counted':
      return replay(model, 'DRY_RUN');
    case 'a comparison':
      return verifyReadModel({ projection, deep: false, limit: 1, memoryBytes: 1 << 20 }, servers, signal);
  }
}

const changes = {
  'has another number of partitions': async ({ topic }: TestReadModel) => {
    await topic.grow(4);
    return { then: '3 partitions', now: '4 partitions' };
  },
  'was created again': async ({ topic, registry }: TestReadModel) => {
    const [{ topicId } = { topicId: '' }] = await registry.listGenerations();
    await topic.delete();
    const again = await freshTopic({ name: topic.name, partitions: topic.partitions });
    await produce(again, products(12));
    return { then: `topic id ${topicId}`, now: topic.name };
  },
};

describe.each(Object.entries(changes))('a log that orders by position and %s', (_, change) => {
  let made: Awaited<ReturnType<typeof filled>>;
  let named: { then: string; now: string };

  beforeAll(async () => {
    made = await filled();
    named = await change(made.model);
  });

  it.each(attempted)(
    'refuses %s with 1, names both sides and the remedy, and changes nothing',
    async (attempt) => {
      const before = await stateOf(made.model);
      const refusal = await attemptOn(made, attempt).then(
        () => new Error('it was not refused'),
        (error: unknown) => error as Error,
      );
      expect(refusal).toMatchObject({ name: 'BuiltFromAnotherLog', code: 'BOUND_ELSEWHERE' });
      expect(exitCodeOf(refusal)).toBe(1);
      expect(refusal.message).toContain(named.then);
      expect(refusal.message).toContain(named.now);
      expect(refusal.message).toContain('./reprise rebuild --projection product_search');
      expect(await stateOf(made.model)).toEqual(before);
    },
  );

  it('is read by a new rebuild, which says what changed, and leads no way back', async () => {
    const { model } = made;
    const { receipt } = await model.rebuild();
    expect(receipt).toMatchObject({ outcome: 'promoted', versions: 'position', documents: { live: 12 } });
    expect(receipt.warnings.join('\n')).toContain(named.then);
    await expect(rollBack(model)).rejects.toMatchObject({ name: 'BuiltFromAnotherLog' });
    expect(await model.store.observeReaders()).toMatchObject({ name: receipt.generation!.name });
  });
});

describe('a rebuild of a log that orders by position', () => {
  it('is not resumed after partitions were added', async () => {
    const model = await testReadModel({ partitions: 1, projection: projectionsByPosition[0]! });
    await produce(model.topic, products(4));
    const away = () => Promise.reject(new DependencyError('elasticsearch', 'away for the moment'));
    const store = { ...model.store, finishBuild: away };
    expect((await model.rebuild({}, {}, { store })).ending.exitCode).toBe(4);
    await model.topic.grow(2);
    const { receipt, ending } = await model.rebuild({ resume: 'resume' });
    expect(ending.exitCode).toBe(1);
    expect(receipt.message).toContain('positions in a topic of 1 partitions, which has 2 now');
    expect((await model.rebuild()).receipt).toMatchObject({ outcome: 'promoted', documents: { live: 4 } });
  });

  it('promotes nothing if partitions were added while it was running', async () => {
    const model = await testReadModel({ partitions: 1, projection: projectionsByPosition[0]! });
    await produce(model.topic, products(4));
    const finishBuild: TestReadModel['store']['finishBuild'] = async (...given) => {
      await model.store.finishBuild(...given);
      await model.topic.grow(2);
    };
    const { receipt, ending } = await model.rebuild({}, {}, { store: { ...model.store, finishBuild } });
    expect([receipt.outcome, ending.exitCode]).toEqual(['failed', 1]);
    expect(receipt.message).toContain('1 partitions, but');
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
  });

  it('is refused where events of one aggregate lie in two partitions', async () => {
    const model = await testReadModel({ partitions: 2, projection: projectionsByPosition[0]! });
    const [created, published] = products(1);
    await produce(model.topic, products(5));
    await produceTo(model, 0, created!);
    await produceTo(model, 1, { ...created!, id: 'again' });
    await produceTo(model, 1, published!);
    const { receipt, ending } = await model.rebuild();
    expect([receipt.outcome, ending.exitCode]).toEqual(['refused', 2]);
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
  });

  it.each(['APPLY', 'DRY_RUN'] as const)(
    'says what is weaker, and reads no other source: %s',
    async (mode) => {
      const model = await testReadModel({ partitions: 1, projection: projectionsByPosition[0]! });
      await produce(model.topic, products(2));
      const { receipt } = await model.rebuild({ mode });
      expect(receipt.versions).toBe('position');
      const [weaker] = ownWarnings(receipt);
      expect(weaker).toContain('a missing event goes unnoticed');
      const { ending } = await model.rebuild({ mode, source: 'event-store' });
      expect(ending).toMatchObject({
        exitCode: 1,
        message: expect.stringContaining('--source kafka') as unknown,
      });
      expect((await model.rebuild({ mode, source: 'auto' })).receipt.source).toBe('kafka');
      if (mode === 'DRY_RUN') return;
      const replayed = await replay(model, 'APPLY');
      expect(replayed.receipt.versions).toBe('position');
      expect(ownWarnings(replayed.receipt)).toEqual([weaker]);
    },
  );
});

describe('a log whose events are counted', () => {
  it('may get more partitions, as before', async () => {
    const model = await testReadModel({ partitions: 3 });
    await produce(model.topic, products(6));
    await model.rebuild();
    const { receipt } = await model.rebuild();
    await model.topic.grow(4);
    expect(receipt.versions).toBe('sequence');
    expect(ownWarnings(receipt)).toEqual([expect.stringContaining('no running consumer')]);
    expect(await rollBack(model)).toMatchObject({ from: receipt.generation!.name });
  });
});
