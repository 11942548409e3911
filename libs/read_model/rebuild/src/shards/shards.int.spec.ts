import { randomUUID } from 'node:crypto';
import type { ProductEvent } from '@reprise/product-events';
import type { GenerationStore } from '@reprise/read-model-indices';
import { eventually } from '@reprise/test-kit';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import type { TestReadModel } from '../testing/read-model.ts';
import {
  catalogue,
  contentOf,
  held,
  logOf,
  outcomes,
  projection,
  shards,
  stoppedAt,
} from '../testing/shards.ts';
import { prune } from '../prune/prune.ts';
import { takeLease, underLease } from '../lease/under-lease.ts';

describe('a rebuild by shards', () => {
  let model: TestReadModel;
  let events: ProductEvent[];
  let digest: string | null;

  beforeAll(async () => {
    events = catalogue(60);
    model = await logOf(events);
    digest = (await model.rebuild({ promote: false })).receipt.digest;
  });

  it('gives one generation with the digest of a single process, cut over by exactly one of them', async () => {
    const shard = shards(model, 4);
    const results = await Promise.all([0, 1, 2, 3].map((index) => shard(index)));
    expect(outcomes(results)).toEqual(['promoted', 'shard-built', 'shard-built', 'shard-built']);
    expect(results.every(({ ending }) => ending.exitCode === 0)).toBe(true);
    expect(new Set(results.map(({ receipt }) => receipt.generation!.uuid)).size).toBe(1);
    const { receipt } = results.find((result) => result.receipt.outcome === 'promoted')!;
    expect(receipt).toMatchObject({
      digest,
      events: { read: 180, applied: 180 },
      documents: { written: 60, live: 54, tombstones: 6 },
      shard: { of: 4, open: [] },
    });
    expect(receipt.ranges).toHaveLength(6);
    expect(await contentOf(model, receipt.generation!.uuid)).toEqual(
      Object.fromEntries(naiveSearchDocuments(events)),
    );
    expect(await model.store.observeReaders()).toMatchObject({ name: receipt.generation!.name });
  });

  it('may be begun one after the other, in any order, and reports what is still open', async () => {
    const shard = shards(model, 3, { promote: false });
    const first = await shard(2);
    expect(first.receipt).toMatchObject({ outcome: 'shard-built', shard: { index: 2, of: 3, open: [0, 1] } });
    expect(first.receipt.message).toContain('0/3 (not running), 1/3 (not running)');
    expect(first.receipt.ranges.map(({ partition }) => partition)).toEqual([2, 5]);
    expect((await shard(2)).receipt).toMatchObject({ outcome: 'shard-built', shard: { open: [0, 1] } });
    expect((await shard(0)).receipt).toMatchObject({ outcome: 'shard-built', shard: { open: [1] } });
    expect((await shard(1)).receipt).toMatchObject({
      outcome: 'built',
      digest,
      generation: { uuid: first.receipt.generation!.uuid },
    });
  });

  it('builds again when all of its shards are started again after they ended', async () => {
    const shard = shards(model, 1);
    const [first, second] = [await shard(0), await shard(0)];
    expect(outcomes([first, second])).toEqual(['promoted', 'promoted']);
    expect(second.receipt.generation!.uuid).not.toBe(first.receipt.generation!.uuid);
  });

  it('changes nothing for a shard of the same job that is started again after the cutover', async () => {
    const shard = shards(model, 2, { job: 'job-1', resume: 'restart' });
    const { receipt } = (await Promise.all([shard(0), shard(1)])).find(
      (result) => result.receipt.outcome === 'promoted',
    )!;
    const before = await model.registry.listGenerations();
    const again = await shard(1);
    expect(again.ending.exitCode).toBe(0);
    expect(again.receipt).toMatchObject({
      outcome: 'shard-built',
      generation: receipt.generation,
      cutover: null,
    });
    expect(again.receipt.message).toContain('promoted');
    expect(await model.registry.listGenerations()).toEqual(before);
    const other = await shards(model, 2, { job: 'job-2' })(1);
    expect(other.receipt.generation!.uuid).not.toBe(receipt.generation!.uuid);
    await model.rebuild({ resume: 'restart', promote: false });
  });

  it('knows a shard that was killed before it could report how it ended, once', async () => {
    const shard = shards(model, 1);
    const { receipt } = await shard(0);
    const lease = await takeLease(model.registry, `${projection} 0/1`, randomUUID());
    await model.registry.shards.join(receipt.generation!.uuid, 0, lease.fence);
    await lease.release();
    const again = await shard(0);
    expect(again.receipt).toMatchObject({ outcome: 'shard-built', generation: receipt.generation });
    expect(again.receipt.message).toContain('promoted');
    expect((await shard(0)).receipt.outcome).toBe('promoted');
  });

  it('is finished by whichever shard is started again when the last one was stopped before the gate', async () => {
    const shard = shards(model, 2);
    for (const call of ['finishBuild', 'bucketDigests'] as const) {
      await shard(0);
      const { signal, store } = stoppedAt(model, call);
      const stopped = await shard(1, { signal }, store);
      expect(stopped.receipt).toMatchObject({ outcome: 'cancelled', cutover: null });
      const again = await shard(call === 'bucketDigests' ? 0 : 1);
      expect(again.receipt).toMatchObject({
        outcome: 'promoted',
        digest,
        generation: { uuid: stopped.receipt.generation!.uuid },
      });
    }
  });

  it('reads a shard that was stopped on from its own checkpoint, the others untouched', async () => {
    const shard = shards(model, 2, { batchSize: 5 });
    await shard(0);
    const { signal, store } = stoppedAt(model, 'write');
    expect((await shard(1, { signal }, store)).receipt.outcome).toBe('cancelled');
    const generation = (await model.registry.shards.newest(projection))!.generation;
    expect((await model.registry.findGeneration(generation))!.state).toBe('BUILDING');
    expect((await shard(1)).receipt).toMatchObject({
      outcome: 'promoted',
      digest,
      generation: { uuid: generation },
    });
  });

  it('says no again to a shard of a job whose generation the gate refused', async () => {
    const shard = shards(model, 1, {
      job: 'refused',
      gate: { poisonBudget: 0, maxShrink: 0, allowEmpty: false },
    });
    const store: GenerationStore = {
      ...model.store,
      counts: async (name) => ({ ...(await model.store.counts(name)), documents: 1 }),
    };
    expect((await shard(0, {}, store)).ending).toMatchObject({ outcome: 'refused', exitCode: 2 });
    const again = await shard(0);
    expect(again.ending.exitCode).toBe(2);
    expect(again.receipt.message).toContain('refused by the gate');
  });

  it('refuses the same shard twice, another number of shards and a run of the whole while it is running', async () => {
    const { store, arrived, goOn } = held(model);
    const working = shards(model, 2)(1, {}, store);
    await arrived;
    const known = await model.registry.listGenerations();
    await expect(shards(model, 2)(1)).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('product_search 1/2'),
    });
    await expect(shards(model, 3)(0)).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('1/2'),
    });
    await expect(model.rebuild({ resume: 'restart' })).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('1/2'),
    });
    await expect(shards(model, 2, { job: 'another' })(0)).resolves.toMatchObject({ ending: { exitCode: 3 } });
    const pruned = await underLease(model.registry, projection, (fence) =>
      prune({
        projection,
        registry: model.registry,
        store: model.store,
        fence,
        keep: 99,
        standbyMs: 1e12,
        dryRun: false,
      }),
    );
    expect(pruned.deleted.map(({ name }) => name)).not.toContain(known[0]!.name);
    expect((await model.registry.listGenerations())[0]).toMatchObject({
      uuid: known[0]!.uuid,
      state: 'BUILDING',
    });
    goOn();
    expect((await working).receipt.outcome).toBe('shard-built');
    expect((await shards(model, 2)(0)).receipt).toMatchObject({ outcome: 'promoted', digest });
  });

  it('is refused while the whole is being rebuilt', async () => {
    const { store, arrived, goOn } = held(model);
    const working = model.rebuild({ promote: false }, {}, { store });
    await arrived;
    await expect(shards(model, 2)(1)).rejects.toMatchObject({ code: 'BUSY' });
    goOn();
    expect((await working).receipt.outcome).toBe('built');
  });

  it('stops every running shard when it is cancelled', async () => {
    const stores = [held(model), held(model)];
    const working = stores.map(({ store }, index) => shards(model, 2)(index, {}, store));
    const signals = await Promise.all(stores.map(({ arrived }) => arrived));
    await model.registry.requestCancel(projection);
    await eventually(() => expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]));
    for (const { goOn } of stores) goOn();
    const results = await Promise.all(working);
    expect(results.map(({ ending }) => ending.exitCode)).toEqual([130, 130]);
    await model.rebuild({ resume: 'restart', promote: false });
  });
});
