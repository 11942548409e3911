import { productEvents } from '@reprise/product-events';
import type { GenerationStore } from '@reprise/read-model-indices';
import { productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { testReadModel } from '../testing/read-model.ts';
import { catalogue, contentOf, held, logOf, outcomes, projection, shards } from '../testing/shards.ts';

describe('a build whose shards are all gone', () => {
  const events = catalogue(40);

  it('is taken over by a run of the whole, with what its shards had finished', async () => {
    const model = await logOf(events);
    const first = await shards(model, 3)(0);
    const { receipt } = await model.rebuild({ resume: 'resume' });
    expect(receipt).toMatchObject({
      outcome: 'promoted',
      generation: first.receipt.generation,
      documents: { written: 40 },
    });
    expect(await contentOf(model, receipt.generation!.uuid)).toEqual(
      Object.fromEntries(naiveSearchDocuments(events)),
    );
    expect((await model.registry.shards.newest(projection))!.outcome).toBe('taken-over');
  });

  it('is taken over by another number of shards', async () => {
    const model = await logOf(events);
    const first = await shards(model, 3)(0);
    const results = [await shards(model, 2)(0), await shards(model, 2)(1)];
    expect(results[1]!.receipt).toMatchObject({ outcome: 'promoted', generation: first.receipt.generation });
    expect(results[1]!.receipt.documents.written).toBe(40);
    expect(await contentOf(model, first.receipt.generation!.uuid)).toEqual(
      Object.fromEntries(naiveSearchDocuments(events)),
    );
  });

  it('is abandoned on request, and its index deleted', async () => {
    const model = await logOf(events);
    const first = await shards(model, 3)(0);
    const { receipt } = await model.rebuild({ resume: 'restart' });
    expect(receipt.outcome).toBe('promoted');
    expect(await model.store.list()).not.toContain(first.receipt.generation!.name);
    expect(receipt.generation!.uuid).not.toBe(first.receipt.generation!.uuid);
  });

  it('is abandoned by the first of several shards of another version that start at once', async () => {
    const model = await logOf(events);
    const first = await shards(model, 3)(0);
    const later = { ...model.projection, version: model.projection.version + 1 };
    const results = await Promise.all(
      [0, 1, 2].map((index) => shards(model, 3, { projection: later })(index)),
    );
    expect(outcomes(results)).toEqual(['promoted', 'shard-built', 'shard-built']);
    expect(results[0]!.receipt.generation!.uuid).not.toBe(first.receipt.generation!.uuid);
  });

  it('is not abandoned by a shard of another version while one of its shards is running', async () => {
    const model = await logOf(events);
    const { store, arrived, goOn } = held(model);
    const working = shards(model, 2)(0, {}, store);
    await arrived;
    const later = { ...model.projection, version: model.projection.version + 1 };
    const other = await shards(model, 2, { projection: later })(1);
    expect(other.ending).toMatchObject({ exitCode: 3, message: expect.stringContaining('0/2') });
    goOn();
    expect((await working).receipt.outcome).toBe('shard-built');
    expect((await shards(model, 2)(1)).receipt.outcome).toBe('promoted');
  });

  it('continues with what an interrupted run of the whole had finished', async () => {
    const model = await logOf(events);
    const stop = new AbortController();
    const store: GenerationStore = {
      ...model.store,
      finishBuild: async () => stop.abort(new Error('received SIGTERM')),
    };
    const interrupted = await model.rebuild({}, { signal: stop.signal }, { store });
    expect(interrupted.receipt.outcome).toBe('cancelled');
    const results = [await shards(model, 2)(0), await shards(model, 2)(1)];
    expect(results[1]!.receipt).toMatchObject({
      outcome: 'promoted',
      generation: interrupted.receipt.generation,
      documents: { written: 40 },
    });
  });
});

describe('products whose events lie in several partitions', () => {
  it('are joined by the process that finishes the build, to the digest of a single process', async () => {
    const model = await testReadModel({ partitions: 6 });
    const lives = Array.from({ length: 12 }, (_, index) =>
      productHistory({ events: [step.created(), step.published(), step.priceChanged(index + 1)] }),
    );
    const records = lives.flatMap((life, index) =>
      life.map((event) => ({
        key: event.subject,
        value: productEvents.encode(event),
        partition: event.aggregateversion === 1 ? index % 2 : 2 + (index % 4),
      })),
    );
    await produceRaw(model.topic, records);
    const plain = await model.rebuild({ promote: false });
    expect(plain.receipt.events).toMatchObject({ read: 36, applied: 36, heldBack: 0 });
    const shard = shards(model, 3);
    const results = [await shard(0), await shard(1), await shard(2)];
    expect(results[2]!.receipt).toMatchObject({ outcome: 'promoted', digest: plain.receipt.digest });
    expect(results.flatMap(({ receipt }) => receipt.warnings).join()).toContain('other partitions');
    expect(await contentOf(model, results[2]!.receipt.generation!.uuid)).toEqual(
      Object.fromEntries(naiveSearchDocuments(lives.flat())),
    );
  });
});

it('refuses what is not divided, or not there, before anything is begun', async () => {
  const model = await testReadModel({ partitions: 1 });
  for (const refused of [
    shards(model, 2, { mode: 'DRY_RUN' })(0),
    shards(model, 2, { source: 'event-store' })(0),
    shards(model, 2)(2),
  ])
    await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
  expect(await model.registry.listRuns({ limit: 1 })).toEqual([]);
});

describe('a shard that was silent for too long', () => {
  it('saves nothing more once another process has its lease', async () => {
    const model = await logOf(catalogue(10));
    const { store, arrived, goOn } = held(model);
    const silent = shards(model, 2)(1, {}, store);
    await arrived;
    const lease = `${projection} 1/2`;
    const [own] = (await model.registry.heldLeases(projection)).filter((one) => one.lease === lease);
    const token = (await model.registry.findRun(own!.runId))!.fencingToken!;
    await model.registry.releaseLease({ projection: lease, runId: own!.runId, token });
    const second = await shards(model, 2)(1);
    expect(second.receipt.outcome).toBe('shard-built');
    goOn();
    expect((await silent).ending).toMatchObject({ exitCode: 3, leaseLost: true });
    expect((await shards(model, 2)(0)).receipt.outcome).toBe('promoted');
  });
});
