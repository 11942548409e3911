import { productEvents } from '@reprise/product-events';
import { DependencyError, type GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, produceRaw } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { promoteByName } from '../cutover/promote-by-name.ts';

const lamps = () =>
  Array.from({ length: 3 }, (_, index) =>
    productHistory({ events: [step.created({ title: `lamp ${index}` }), step.published()] }),
  );

/** Puts documents into the generation readers are on, as its consumer does with products that are created meanwhile. */
async function createInLive({ store }: TestReadModel, like: string, count: number): Promise<void> {
  const readers = await store.observeReaders();
  if (readers.kind !== 'generation') throw new Error('readers are on nothing');
  const { document, digest } = (await store.read(readers.name, [like])).get(like)!;
  const created = Array.from(
    { length: count },
    () => productHistory({ events: [step.created()] })[0]!.subject,
  );
  await elasticsearch().bulk({
    refresh: true,
    operations: created.flatMap((id) => [
      { index: { _index: readers.name, _id: id, version: 1, version_type: 'external' } },
      { ...document, productId: id, reprise: digest },
    ]),
  });
}

const withShrink = (expected: string): unknown =>
  expect.arrayContaining([
    {
      check: 'no shrink against the live generation',
      expected: `${expected} live documents`,
      actual: '3',
      passed: true,
    },
  ]);

describe('the gate of a run', () => {
  it('compares with what readers had when the ends of the log were captured, whatever is created while it runs', async () => {
    const model = await testReadModel({ partitions: 1 });
    const histories = lamps();
    await produce(model.topic, histories.flat());
    const first = histories[0]![0]!.subject;
    expect((await model.rebuild()).receipt.outcome).toBe('promoted');
    const finishBuild = async (name: GenerationName, signal?: AbortSignal) => {
      await model.store.finishBuild(name, signal);
      await createInLive(model, first, 6);
    };
    const built = await model.rebuild({ promote: false }, {}, { store: { ...model.store, finishBuild } });
    expect(built.receipt).toMatchObject({ outcome: 'built', gate: withShrink('at least 3 of 3') });

    // The 9 that readers have by now are what a run that resumes and a promotion by name compare with, not the later ones.
    const gate = { ...defaultGateLimits, maxShrink: 0.7 };
    const away = async () => {
      await createInLive(model, first, 6);
      throw new DependencyError('elasticsearch', 'away for the moment');
    };
    const stopped = await model.rebuild({ gate }, {}, { store: { ...model.store, finishBuild: away } });
    expect(stopped.ending.exitCode).toBe(4);
    const canaries = [{ name: 'lamps', query: { match_all: {} }, top: 1, expectedIds: ['none such'] }];
    const { receipt } = await model.rebuild({ gate, canaries, resume: 'resume' });
    expect(receipt).toMatchObject({ outcome: 'refused', gate: withShrink('at least 3 of 9') });
    const { projection, servers, registry } = model;
    const named = await promoteByName(
      (await registry.findGeneration(receipt.generation!.uuid))!,
      ...([projection, servers, { limits: gate, deep: false, canaries: [] }] as const),
      { signal: new AbortController().signal, onNotice: () => undefined },
    );
    expect(named.cutover).toMatchObject({ to: receipt.generation!.name });
  });

  it('lets a poison budget cover what waits behind the poison, and nothing else', async () => {
    const model = await testReadModel({ partitions: 1 });
    const [created, published, priced] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(5)],
    });
    const record = (value: string) => ({ key: created!.subject, value });
    await produceRaw(model.topic, [
      record(productEvents.encode(created!)),
      record(productEvents.encode(published!).replace('product.published.v1', 'product.polished.v9')),
      record(productEvents.encode(priced!)),
    ]);
    const limits = { ...defaultGateLimits, poisonBudget: 1 };
    const { receipt } = await model.rebuild({ gate: limits });
    expect(receipt).toMatchObject({
      outcome: 'promoted',
      gaps: [{ aggregateId: created!.subject, expected: 2, held: 1 }],
      poison: [{ position: '1', aggregateId: created!.subject }],
    });
    const [, , lacking] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(1)],
    });
    await produce(model.topic, [lacking!]);
    expect(await model.rebuild({ gate: limits })).toMatchObject({ ending: { exitCode: 2 } });
  });

  it('asks canary queries and reads every document on request', async () => {
    const model = await testReadModel({ partitions: 1 });
    const histories = lamps();
    await produce(model.topic, histories.flat());
    const ids = histories.map(([first]) => first!.subject);
    const canary = { name: 'lamps', query: { match: { title: 'lamp' } }, top: 3 };
    const wrong = await model.rebuild({ canaries: [{ ...canary, expectedIds: ['none such'] }] });
    expect(wrong).toMatchObject({ ending: { exitCode: 2 }, receipt: { outcome: 'refused' } });
    expect(wrong.ending.message).toContain('canary "lamps"');
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
    const right = await model.rebuild({
      deep: true,
      canaries: [{ ...canary, expectedIds: ids, minOverlap: 1 }],
    });
    expect(right.receipt).toMatchObject({
      outcome: 'promoted',
      gate: expect.arrayContaining([
        { check: 'canary "lamps"', expected: expect.any(String), actual: 'all of them', passed: true },
        expect.objectContaining({ check: 'content of every document', actual: right.receipt.digest }),
      ]),
    });
  });

  it('finds content that was changed behind its hash only when it is deep', async () => {
    const model = await testReadModel({ partitions: 1 });
    const histories = lamps();
    await produce(model.topic, histories.flat());
    const [first] = histories.map(([created]) => created!.subject);
    // The sample would find it among so few.
    const { sample: _, ...unsampled } = model.store;
    /** Changes a document as soon as the build is finished, its hash left as it was. */
    const tampered = {
      ...unsampled,
      async finishBuild(name: GenerationName, signal?: AbortSignal) {
        await model.store.finishBuild(name, signal);
        const { version, document, digest } = (await model.store.read(name, [first!])).get(first!)!;
        await elasticsearch().index({
          index: name,
          id: first!,
          version,
          version_type: 'external_gte',
          document: { ...document, title: 'changed by hand', reprise: digest },
        });
      },
    };
    const deep = await model.rebuild({ deep: true }, {}, { store: tampered });
    expect(deep.receipt.gate.filter(({ passed }) => !passed)).toEqual([
      expect.objectContaining({
        check: 'content of every document',
        actual: expect.stringContaining(first!),
      }),
    ]);
    expect((await model.rebuild({}, {}, { store: tampered })).receipt.outcome).toBe('promoted');
  });

  it('is shown by the run that continues with a proven generation, though it did not ask again', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, lamps().flat());
    const away = () => Promise.reject(new DependencyError('elasticsearch', 'away for the moment'));
    const stopped = await model.rebuild({}, {}, { store: { ...model.store, switchReaders: away } });
    expect(stopped.ending.exitCode).toBe(4);
    const resumed = await model.rebuild({ resume: 'resume' });
    expect(resumed.receipt).toMatchObject({
      outcome: 'promoted',
      generation: { uuid: stopped.receipt.generation!.uuid },
      events: { readByThisRun: 0 },
      timing: { eventsPerSecond: 0 },
    });
    expect(resumed.receipt.gate).toEqual(stopped.receipt.gate);
    expect(resumed.receipt.gate.length).toBeGreaterThan(5);
  });

  it('is shown also by a run that continues with a proven generation and leaves readers where they are', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, lamps().flat());
    const away = () => Promise.reject(new DependencyError('elasticsearch', 'away for the moment'));
    const stopped = await model.rebuild({}, {}, { store: { ...model.store, switchReaders: away } });
    const { receipt } = await model.rebuild({ resume: 'resume', promote: false });
    expect(receipt).toMatchObject({ outcome: 'built', cutover: null });
    expect(receipt.gate.length).toBeGreaterThan(5);
    expect(receipt).toMatchObject({ gate: stopped.receipt.gate, digest: stopped.receipt.digest });
  });

  it('is in the registry before the run has ended, for the run that continues after a kill', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, lamps().flat());
    const { receipt } = await model.rebuild({ promote: false });
    const [run] = await model.registry.listRuns({ limit: 1 });
    // The registry knows by what it was proven from before the receipt was there.
    expect(run!.progress!['gate']).toEqual(receipt.gate);
  });
});
