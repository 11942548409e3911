import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch } from '@reprise/test-kit';
import type { GenerationName } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import { deleteByHand, testReadModel } from '../testing/read-model.ts';
import { prune } from './prune.ts';
import { rollBack } from '../cutover/roll-back.ts';
import { underLease } from '../lease/under-lease.ts';

it('counts the time on standby on the clock of the database, and deletes what was never promoted beyond the last', async () => {
  const model = await testReadModel({ partitions: 1 });
  await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
  const names: string[] = [];
  for (const promote of [true, true, false, false])
    names.push((await model.rebuild({ promote })).receipt.generation!.name);
  const pruneAt = (now: () => Promise<Date>) =>
    underLease(model.registry, model.projection.name, (fence) =>
      prune({
        projection: model.projection.name,
        registry: {
          now,
          shards: model.registry.shards,
          listGenerations: (filter) => model.registry.listGenerations(filter),
          moveGeneration: (...args) => model.registry.moveGeneration(...args),
        },
        store: model.store,
        fence,
        keep: 1,
        standbyMs: 3_600_000,
        dryRun: false,
      }),
    );
  const today = await pruneAt(() => model.registry.now());
  expect(today.deleted).toEqual([{ name: names[2], why: 'proven, never promoted' }]);
  expect(today.missing).toEqual([]);
  // Two hours on by the database's clock, whatever this machine says.
  const later = await pruneAt(async () => new Date((await model.registry.now()).getTime() + 7_200_000));
  expect(later.deleted).toEqual([{ name: names[0], why: 'on standby for longer than its time' }]);
  const stored: string[] = await model.store.list();
  expect(names.filter((name) => stored.includes(name))).toEqual([names[1], names[3]]);
});

it('leaves out what is read although the registry has not heard of it, by its own readers or others, and does the rest', async () => {
  const model = await testReadModel({ partitions: 1 });
  const { registry, store, projection } = model;
  await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
  const built: { name: GenerationName; uuid: string }[] = [];
  for (const promote of [true, false, false, false, false]) {
    const { name } = (await model.rebuild({ promote })).receipt.generation!;
    built.push((await registry.findGeneration(name))!);
  }
  const [live, unrecorded, others, rest, newest] = built;
  // A cutover that was killed before it was recorded, and an alias that this registry does not know.
  await store.switchReaders(live!.name, unrecorded!.name);
  await elasticsearch().indices.putAlias({ index: others!.name, name: `${model.alias}_of_others` });
  const pruned = await underLease(registry, projection.name, (fence) =>
    prune({ projection: projection.name, registry, store, fence, keep: 1, standbyMs: 0, dryRun: false }),
  );
  expect(pruned.deleted).toEqual([{ name: rest!.name, why: 'proven, never promoted' }]);
  expect(pruned.read).toEqual([
    { name: others!.name, by: [`${model.alias}_of_others`] },
    { name: unrecorded!.name, by: [model.alias] },
  ]);
  for (const { uuid, name } of [unrecorded!, others!, newest!])
    expect([(await registry.findGeneration(uuid))!.state, (await store.meta(name))?.uuid]).toEqual([
      'VERIFIED',
      uuid,
    ]);
});

it.each([productSearch, productSummary] as unknown as Projection[])(
  'keeps the last complete copy of $name after the live one was deleted by hand, and says so',
  async (projection) => {
    const model = await testReadModel({ partitions: 1, projection });
    const { registry, store } = model;
    await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
    const before = (await model.rebuild()).receipt.generation!.name as GenerationName;
    const live = (await model.rebuild()).receipt.generation!.name;
    await deleteByHand(model, live);
    const pruned = () =>
      underLease(registry, projection.name, (fence) =>
        prune({ projection: projection.name, registry, store, fence, keep: 0, standbyMs: 0, dryRun: false }),
      );
    expect(await pruned()).toMatchObject({
      deleted: [],
      kept: [{ name: before, why: 'on standby for longer than its time' }],
      danger: `readers of "${store.readers}" are on nothing`,
    });
    const { signal } = new AbortController();
    const catchUp = () => Promise.resolve();
    const onNotice = () => undefined;
    await underLease(registry, projection.name, (fence) =>
      rollBack({ projection, store, registry, fence, catchUp, signal, now: () => new Date(), onNotice }),
    );
    expect(await store.observeReaders()).toMatchObject({ kind: 'generation', name: before });
    expect(await pruned()).toMatchObject({ kept: [], danger: null });
    expect((await store.meta(before))?.uuid).toBe((await registry.findGeneration(before))!.uuid);
  },
);
