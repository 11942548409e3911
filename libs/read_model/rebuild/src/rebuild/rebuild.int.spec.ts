import type { ProductEvent } from '@reprise/product-events';
import type { GenerationStore } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, kafkaAdmin } from '@reprise/test-kit';
import fc from 'fast-check';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { storedFor, testReadModel, type TestReadModel } from '../testing/read-model.ts';

let model: TestReadModel;
let events: ProductEvent[];

/** Forty products of four events each; every tenth is deleted at the end. */
function catalogue(): ProductEvent[] {
  const lives = Array.from({ length: 40 }, (_, index) =>
    productHistory({
      events: [
        step.created({ title: `Mug ${index}` }),
        step.published(),
        step.priceChanged(100 + index),
        index % 10 === 0 ? step.deleted() : step.stockAdjusted(-1),
      ],
    }),
  );
  return [0, 1, 2, 3].flatMap((at) => lives.map((life) => life[at]!));
}

/** Runs a rebuild that is stopped after so many writes to the store. */
function rebuildStoppedAfter(interrupted: TestReadModel, writes: number) {
  const stop = new AbortController();
  let written = 0;
  const store: GenerationStore = {
    ...interrupted.store,
    write: async (...given) => {
      const result = await interrupted.store.write(...given);
      if (++written === writes) stop.abort(new Error('received SIGTERM'));
      return result;
    },
  };
  return interrupted.rebuild({ resume: 'restart', batchSize: 5 }, { signal: stop.signal }, { store });
}

async function contentOf(name: string): Promise<Record<string, unknown>> {
  const documents: Record<string, unknown> = {};
  const generation = await model.registry.findGeneration(name);
  for await (const batch of model.store.scan(generation!.name))
    for (const { id, document } of batch) documents[id] = document;
  return documents;
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 3 });
  events = catalogue();
  await produce(model.topic, events);
});

describe('a rebuild of the search index', () => {
  it('builds what a naive fold of the log gives, proves it and moves readers to it', async () => {
    const { receipt } = await model.rebuild();
    expect(receipt).toMatchObject({
      outcome: 'promoted',
      events: { read: 160, applied: 160, duplicate: 0, deadLettered: 0 },
      documents: { written: 40, live: 36, tombstones: 4 },
      cutover: { alias: model.alias, from: null },
    });
    expect(receipt.gate.every(({ passed }) => passed)).toBe(true);
    expect(await contentOf(receipt.generation!.name)).toEqual(
      Object.fromEntries(naiveSearchDocuments(events)),
    );
    expect(await model.store.observeReaders()).toEqual({
      kind: 'generation',
      name: receipt.generation!.name,
    });
    expect((await model.registry.findGeneration(receipt.generation!.name))!.state).toBe('LIVE');
  });

  it('G4: gives the same digest for batch sizes 1, 200 and 5000 and for a memory that is too small', async () => {
    const digests = new Set<string | null>();
    for (const batchSize of [1, 200, 5000])
      digests.add((await model.rebuild({ batchSize, promote: false })).receipt.digest);
    const spilling = await model.rebuild({ memoryBytes: 1, promote: false });
    digests.add(spilling.receipt.digest);
    expect(digests.size).toBe(1);
    expect([...digests][0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('G1: joins no consumer group and commits nothing', async () => {
    const admin = await kafkaAdmin();
    const groupId = `${model.topic.name}.bystander`;
    await admin.setOffsets({ groupId, topic: model.topic.name, partitions: [{ partition: 0, offset: '3' }] });
    const groups = async () =>
      (await admin.listGroups()).groups
        .map((group) => group.groupId)
        .filter((id) => id.includes('reprise-never-joined') || id === groupId);
    const before = { groups: await groups(), offsets: await admin.fetchOffsets({ groupId }) };
    await model.rebuild({ promote: false });
    expect({ groups: await groups(), offsets: await admin.fetchOffsets({ groupId }) }).toEqual(before);
    expect(before.groups).toEqual([groupId]);
    await admin.deleteGroups([groupId]);
  });

  it('leaves readers where they are in a dry run and makes nothing', async () => {
    const { fingerprint, name } = (await model.rebuild({ promote: false })).receipt.generation!;
    const before = {
      readers: await model.store.observeReaders(),
      names: await storedFor(model, fingerprint),
      known: await model.registry.listGenerations(),
    };
    expect(before.names).toContain(name);
    const { receipt, ending } = await model.rebuild({ mode: 'DRY_RUN' });
    expect(ending.exitCode).toBe(0);
    expect(receipt).toMatchObject({
      outcome: 'dry-run',
      generation: null,
      cutover: null,
      documents: { live: 36, tombstones: 4 },
    });
    expect({
      readers: await model.store.observeReaders(),
      names: await storedFor(model, fingerprint),
      known: await model.registry.listGenerations(),
    }).toEqual(before);
  });

  it('G6: keeps a deleted product deleted when an older event comes again after the end of its life', async () => {
    const deleted = events.find(({ type }) => type === 'product.deleted.v1')!;
    await produce(model.topic, events.filter(({ subject }) => subject === deleted.subject).slice(0, 3));
    const { receipt } = await model.rebuild();
    expect(receipt).toMatchObject({
      outcome: 'promoted',
      events: { duplicate: 3 },
      documents: { live: 36, tombstones: 4 },
    });
    const [stored] = (
      await model.store.read((await model.registry.findGeneration(receipt.generation!.name))!.name, [
        deleted.subject,
      ])
    ).values();
    expect(stored!.document).toMatchObject({ status: 'deleted', version: 4 });
  });

  it('refuses a generation whose content was changed before the gate and leaves readers where they were', async () => {
    const before = await model.store.observeReaders();
    const store: GenerationStore = {
      ...model.store,
      finishBuild: async (name) => {
        const [first] = naiveSearchDocuments(events).keys();
        const [stored] = (await model.store.read(name, [first!])).values();
        const { id, version, tombstone, document } = stored!;
        const canonical = JSON.stringify({ ...document, title: 'tampered' });
        await model.store.write(name, [
          { id, version: version + 1, tombstone, canonical, digest: { bucket: 0, high: 1, low: 1 } },
        ]);
        await model.store.finishBuild(name);
      },
    };
    const { receipt, ending } = await model.rebuild({}, {}, { store });
    expect(receipt.message).toContain('The gate refused');
    expect(ending.exitCode).toBe(2);
    expect(receipt.gate.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([
      'content digest',
      'sample as readers read it',
    ]);
    expect(await model.store.observeReaders()).toEqual(before);
    expect((await model.registry.findGeneration(receipt.generation!.uuid))!.state).toBe('BUILT');
  });

  it('G9: refuses to run beside another one and changes nothing', async () => {
    const lease = await model.registry.acquireLease('product_search', {
      runId: '00000000-0000-4000-8000-000000000000',
      holder: 'the test',
      ttlMs: 600_000,
    });
    if (!lease.acquired) throw new Error('the lease was not free');
    const known = await model.registry.listGenerations();
    await expect(model.rebuild()).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('the test'),
    });
    expect(await model.registry.listGenerations()).toEqual(known);
    await model.registry.releaseLease(lease.fence);
  });
});

describe('an interrupted rebuild', () => {
  it('is saved, resumable, and gives the same digest when it resumes', async () => {
    const interrupted = await testReadModel({ partitions: 3 });
    await produce(interrupted.topic, events);
    const undisturbed = await interrupted.rebuild({ promote: false });
    const first = await rebuildStoppedAfter(interrupted, 2);
    expect(first.receipt).toMatchObject({ outcome: 'cancelled', cutover: null });
    expect(first.receipt.timing.steps).toMatchObject({ build: expect.any(Number) });
    const generation = await interrupted.registry.findGeneration(first.receipt.generation!.uuid);
    expect(generation!.state).toBe('INTERRUPTED');
    const second = await interrupted.rebuild({ resume: 'resume' });
    expect(second.receipt).toMatchObject({
      outcome: 'promoted',
      generation: { uuid: generation!.uuid },
      digest: undisturbed.receipt.digest,
    });
  });

  it('is abandoned for a new generation on request, and its index deleted', async () => {
    const interrupted = await testReadModel({ partitions: 1 });
    await produce(interrupted.topic, events);
    const first = await rebuildStoppedAfter(interrupted, 1);
    expect(first.receipt.outcome).toBe('cancelled');
    const second = await interrupted.rebuild({ resume: 'restart' });
    expect(second.receipt.outcome).toBe('promoted');
    expect(await interrupted.store.list()).not.toContain(first.receipt.generation!.name);
  });

  it('is abandoned when mapping or projection changed since, and is refused when it has to be resumed', async () => {
    const interrupted = await testReadModel({ partitions: 1 });
    await produce(interrupted.topic, events);
    const first = await rebuildStoppedAfter(interrupted, 1);
    const later = { ...interrupted.projection, version: interrupted.projection.version + 1 };
    const refused = await interrupted.rebuild({ projection: later, resume: 'resume' }).then(
      ({ ending }) => ending.message,
      (error: Error) => error.message,
    );
    expect(refused).toContain('mapping or projection changed since (another fingerprint)');
    expect(await interrupted.store.list()).toContain(first.receipt.generation!.name);

    const notices: string[] = [];
    const second = await interrupted.rebuild(
      { projection: later },
      { onNotice: (line) => void notices.push(line) },
    );
    expect(second.receipt).toMatchObject({ outcome: 'promoted', events: { read: 160, readByThisRun: 160 } });
    expect(second.receipt.generation!.uuid).not.toBe(first.receipt.generation!.uuid);
    expect(notices.join('\n')).toContain('mapping or projection changed since (another fingerprint)');
    expect(await interrupted.store.list()).not.toContain(first.receipt.generation!.name);
  });

  it('is abandoned when its index is gone, and when another one stands in its place', async () => {
    const interrupted = await testReadModel({ partitions: 1 });
    await produce(interrupted.topic, events);
    const client = elasticsearch();
    for (const replace of [false, true]) {
      const { name } = (await rebuildStoppedAfter(interrupted, 1)).receipt.generation!;
      await client.indices.delete({ index: name });
      if (replace) await client.indices.create({ index: name });
      const notices: string[] = [];
      const { receipt } = await interrupted.rebuild({}, { onNotice: (line) => void notices.push(line) });
      expect(receipt).toMatchObject({ outcome: 'promoted', documents: { live: 36, tombstones: 4 } });
      expect(receipt.generation!.name).not.toBe(name);
      expect(notices.join('\n')).toContain('its index or table is gone');
      if (replace) await client.indices.delete({ index: name });
    }
  });

  it('is not resumed forever when the gate refuses what it built', async () => {
    const interrupted = await testReadModel({ partitions: 1 });
    await produce(interrupted.topic, events);
    const stop = new AbortController();
    const store: GenerationStore = {
      ...interrupted.store,
      settle: async (name) => {
        stop.abort(new Error('received SIGTERM'));
        await interrupted.store.refresh(name);
        stop.signal.throwIfAborted();
      },
    };
    const first = await interrupted.rebuild({}, { signal: stop.signal }, { store });
    const { uuid, name } = (await interrupted.registry.findGeneration(first.receipt.generation!.uuid))!;
    const id = events[0]!.subject;
    const canonical = JSON.stringify((await interrupted.store.read(name, [id])).get(id)!.document);
    const digest = { bucket: 0, high: 1, low: 1 };
    await interrupted.store.write(name, [{ id, version: 9, canonical, digest }]);
    const second = await interrupted.rebuild();
    expect(second.receipt).toMatchObject({ outcome: 'refused', generation: { uuid } });
    const third = await interrupted.rebuild();
    expect(third.receipt.outcome).toBe('promoted');
    expect(third.receipt.generation!.uuid).not.toBe(uuid);
  });
});

describe('random histories', () => {
  it('G3: agree with the naive fold in every document', async () => {
    const { carelessLog } = await import('../testing/histories.ts');
    const random = await testReadModel({ partitions: 2 });
    const logs = fc.sample(carelessLog, { numRuns: 3, seed: 7 });
    // The samples use the same ids; a digit of the sample's own keeps its products apart.
    const log = logs.flatMap((sample, number) =>
      sample.map((event) => ({ ...event, subject: event.subject.replace('-8000-', `-800${number}-`) })),
    );
    await produce(random.topic, log);
    const { receipt } = await random.rebuild({
      gate: { poisonBudget: 0, maxShrink: 0.1, allowEmpty: false },
    });
    const documents: Record<string, unknown> = {};
    const generation = await random.registry.findGeneration(receipt.generation!.uuid);
    for await (const batch of random.store.scan(generation!.name))
      for (const { id, document } of batch) documents[id] = document;
    expect(documents).toEqual(Object.fromEntries(naiveSearchDocuments(log)));
  });
});
