import { type ProductEvent, productEvents } from '@reprise/product-events';
import { contentDigest } from '@reprise/read-model-documents';
import { fingerprintOf, type GenerationName } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, produceRaw } from '@reprise/test-kit';
import { storedFor, testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { testEventStore } from '../testing/event-store.ts';

const products = (count: number): ProductEvent[][] =>
  Array.from({ length: count }, () =>
    productHistory({ events: [step.created(), step.published(), step.priceChanged(9)] }),
  );

const dryRun = (model: TestReadModel, diffLimit?: number) =>
  model.rebuild({ mode: 'DRY_RUN', ...(diffLimit !== undefined && { diffLimit }) });

/** What there is of this model. */
async function written(model: TestReadModel, topicId: string) {
  const { registry, store } = model;
  const fingerprint = fingerprintOf(model.projection, topicId);
  return {
    generations: await registry.listGenerations(),
    runs: await registry.listRuns({ limit: 10 }),
    indices: await storedFor(model, fingerprint),
    readers: await store.observeReaders(),
  };
}

describe('a dry run', () => {
  it('reports unknown types, poison and gaps where they lie, ends with 2, and writes nothing anywhere', async () => {
    const model = await testReadModel({ partitions: 1 });
    const [good, gapped] = products(2);
    const unknown = productEvents
      .encode(good![2]!)
      .replace('product.price-changed.v1', 'product.polished.v9');
    const record = (event: ProductEvent, value = productEvents.encode(event)) => ({
      key: event.subject,
      value,
    });
    await produceRaw(model.topic, [
      record(good![0]!),
      { key: 'x', value: 'no JSON' },
      record(good![1]!),
      record(good![2]!, unknown),
      record(gapped![0]!),
      record(gapped![2]!),
    ]);
    const { receipt, ending } = await dryRun(model);
    expect(ending.exitCode).toBe(2);
    expect(receipt).toMatchObject({
      outcome: 'dry-run',
      events: { read: 6, byType: { 'product.created.v1': 2, 'product.polished.v9': 1 } },
      poison: [
        { slice: 0, position: '1', reason: 'not-json' },
        { slice: 0, position: '3', reason: 'unknown-type', aggregateId: good![0]!.subject },
      ],
      gaps: [{ aggregateId: gapped![0]!.subject, expected: 2, held: 1 }],
      dryRun: {
        unhandledTypes: { 'product.polished.v9': 1 },
        predicted: { documents: 2, tombstones: 0 },
      },
      documents: { written: 0, live: 2 },
      message: expect.stringContaining('poison events, aggregates with missing events'),
    });
    expect(receipt.dryRun!.predicted.bytes).toBe(receipt.documents.bytes);
    expect(await written(model, receipt.topic.id)).toEqual({
      generations: [],
      runs: [],
      indices: [],
      readers: { kind: 'none' },
    });
  });

  it('counts a product whose events lie in two partitions once, as the real run would', async () => {
    const model = await testReadModel({ partitions: 2 });
    const [life] = products(1);
    await produceRaw(
      model.topic,
      life!.map((event, index) => ({
        key: event.subject,
        value: productEvents.encode(event),
        partition: index === 0 ? 1 : 0,
      })),
    );
    const dry = await dryRun(model);
    expect(dry).toMatchObject({
      ending: { exitCode: 0 },
      receipt: { gaps: [], dryRun: { predicted: { documents: 1 } } },
    });
    const real = await model.rebuild();
    expect(dry.receipt.documents).toMatchObject({
      live: real.receipt.documents.live,
      bytes: real.receipt.documents.bytes,
    });
    expect((await dryRun(model, 5)).receipt.dryRun!.diff).toMatchObject({ bucketsCompared: 0, changes: [] });
    const live = real.receipt.generation!.name;
    await elasticsearch().delete({ index: live, id: life![0]!.subject, refresh: true });
    expect((await dryRun(model, 5)).receipt.dryRun!.diff!.changes).toEqual([
      { id: life![0]!.subject, class: 'missing', expected: 3, actual: null },
    ]);
  });

  const kept = productSearch as unknown as Projection;
  const removed: Projection = {
    ...kept,
    evolve: (before, event) =>
      event.type === 'product.deleted.v1' ? { outcome: 'remove' } : kept.evolve(before, event),
  };
  it.each([
    { what: 'that were kept', projection: kept },
    { what: 'that were removed', projection: removed },
  ])('joins onto ended products $what, as the real run does', async ({ projection }) => {
    const model = await testReadModel({ partitions: 2, projection });
    const ended = () => productHistory({ events: [step.created(), step.deleted()] });
    const [resumed, settled] = [ended(), ended()];
    const { subject } = resumed[0]!;
    const [after] = productHistory({ id: subject, events: [step.published()], firstVersion: 3 });
    const record = (event: ProductEvent, partition: number) => ({
      key: event.subject,
      value: productEvents.encode(event),
      partition,
    });
    await produceRaw(model.topic, [
      { key: settled[0]!.subject, value: '{no event', partition: 0 },
      ...[...resumed, ...settled].map((event) => record(event, 1)),
    ]);
    const topicId = (await dryRun(model)).receipt.topic.id;
    await model.registry.letterActions.record(topicId, [
      {
        ...{ partition: 0, offset: 0n, action: 'discard', outcome: 'discarded', detail: 'no event' },
        ...{ aggregateId: settled[0]!.subject, version: null, eventId: null },
        ...{ host: 'a-host', user: 'an-operator' },
      },
    ]);
    const sound = await dryRun(model);
    expect([sound.ending.exitCode, sound.receipt.message]).toEqual([0, null]);
    expect(sound.receipt.dryRun).toMatchObject({ predicted: { documents: 2, tombstones: 2 } });
    await produceRaw(model.topic, [record(after!, 0)]);
    const [dry, real] = [await dryRun(model), await model.rebuild()];
    const poison = { reason: 'not-applicable', aggregateId: subject, version: 3 };
    expect(real.receipt).toMatchObject({ outcome: 'refused', poison: [poison], gaps: [] });
    expect(dry.receipt.poison).toEqual(real.receipt.poison);
    expect(dry.receipt.dryRun).toMatchObject({ predicted: { documents: 2, tombstones: 2 } });
  });

  it('reads the whole snapshot of the event store', async () => {
    const model = await testReadModel({ partitions: 1 });
    const eventStore = await testEventStore();
    await eventStore.append(products(4).flat());
    const { receipt } = await model.rebuild(
      { mode: 'DRY_RUN', source: 'event-store' },
      {},
      { eventStore: eventStore.store },
    );
    expect(receipt.gate).toContainEqual({
      check: 'rows of the event store read',
      expected: '12',
      actual: '12',
      passed: true,
    });
  });
});

describe('what a dry run says would change', () => {
  let model: TestReadModel;
  let live: GenerationName;
  let ids: string[];

  beforeAll(async () => {
    model = await testReadModel({ partitions: 3 });
    const lives = products(40);
    ids = lives.map(([first]) => first!.subject);
    await produce(model.topic, lives.flat());
    expect((await dryRun(model, 2)).receipt.dryRun).toMatchObject({
      estimatedFrom: expect.stringContaining('assumed'),
      diff: { generation: null, documents: { expected: 40, live: 0 }, counts: { missing: 40 } },
    });
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
  });

  it('is nothing when readers have what the log says; the estimate rests on the last real run', async () => {
    const { receipt } = await dryRun(model, 5);
    const [run] = await model.registry.listRuns({ limit: 1 });
    expect(receipt.dryRun).toMatchObject({
      estimatedFrom: expect.stringContaining(run!.runId),
      diff: { generation: live, bucketsCompared: 0, changes: [], counts: { missing: 0, different: 0 } },
    });
    expect(receipt.dryRun!.estimatedDurationMs).toBeGreaterThan(0);
  });

  it('is every missing, extra, stale and different document, the first of each listed', async () => {
    for (const id of ids.slice(0, 3)) await elasticsearch().delete({ index: live, id });
    const [template] = (await model.store.read(live, [ids[9]!])).values();
    const put = (id: string, version: number, title: string) => {
      const document = { ...template!.document, productId: id, title };
      const digest = contentDigest({ id, version, data: document });
      return elasticsearch().index({
        index: live,
        id,
        version,
        version_type: 'external_gte',
        document: { ...document, reprise: digest },
      });
    };
    await put('extra', 1, 'never sold');
    await put(ids[4]!, 3, 'changed by hand');
    // Behind the log, and the registry says that it is not about to be fed.
    const later = productHistory({ id: ids[5]!, events: [step.unpublished()], firstVersion: 4 });
    await produce(model.topic, later);
    const inFlight = await dryRun(model, 2);
    expect(inFlight.receipt.dryRun!.diff!.counts).toMatchObject({ inFlight: 1, stale: 0 });
    const generation = await model.registry.findGeneration(live);
    await model.registry.advancePositions(generation!.uuid, new Map([0, 1, 2].map((p) => [p, 1_000n])));
    const { receipt } = await dryRun(model, 2);
    const { diff } = receipt.dryRun!;
    expect(diff!.counts).toEqual({ missing: 3, extra: 1, stale: 1, different: 1, inFlight: 0 });
    expect(diff!.changes.filter(({ class: kind }) => kind === 'missing')).toHaveLength(2);
    expect(diff!.changes).toEqual(
      expect.arrayContaining([
        { id: 'extra', class: 'extra', expected: null, actual: 1 },
        { id: ids[5], class: 'stale', expected: 4, actual: 3 },
        { id: ids[4], class: 'different', expected: 3, actual: 3 },
      ]),
    );
  });
});
