import type { Generation } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, freshTopic } from '@reprise/test-kit';
import { feedBy, feedNoMore } from '../testing/feeders.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { catchUpFromLog } from './catch-up.ts';
import { promoteByName } from './promote-by-name.ts';
import { ownWarnings } from '../testing/own-warnings.ts';

const products = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    productHistory({ events: [step.created({ title: `lamp ${index}` }), step.published()] }),
  ).flat();

const found = async ({ registry }: TestReadModel, { uuid }: { uuid: string }): Promise<Generation> =>
  (await registry.findGeneration(uuid))!;

const promoteIt = (
  model: TestReadModel,
  generation: Generation,
  questions: Partial<Parameters<typeof promoteByName>[3]> = {},
) =>
  promoteByName(
    generation,
    model.projection,
    model.servers,
    { limits: defaultGateLimits, deep: false, canaries: [], ...questions },
    { signal: new AbortController().signal, onNotice: () => undefined },
  );

const failed = (gate: readonly { check: string; passed: boolean }[]) =>
  gate.filter(({ passed }) => !passed).map(({ check }) => check);

/** A generation that the gate refused because it has too few documents, and the live one it was compared with. */
async function refusedModel() {
  const model = await testReadModel({ partitions: 2 });
  await produce(model.topic, products(4));
  const live = await found(model, (await model.rebuild()).receipt.generation!);
  const extra = products(1)[0]!.subject;
  // Readers see one that the log does not know, so the next one shrinks.
  await elasticsearch().index({
    index: live.name,
    id: extra,
    version: 1,
    version_type: 'external',
    refresh: true,
    document: {
      ...(await model.store.read(live.name, [[...(await ids(model, live))][0]!])).values().next().value!
        .document,
      productId: extra,
      reprise: { bucket: 1, high: 1, low: 1 },
    },
  });
  const refused = await model.rebuild();
  expect(refused.receipt.outcome).toBe('refused');
  const { message } = refused.receipt;
  return { model, live, message, refused: await found(model, refused.receipt.generation!) };
}

async function ids({ store }: TestReadModel, { name }: Generation): Promise<Set<string>> {
  const all = new Set<string>();
  for await (const page of store.scan(name)) for (const { id } of page) all.add(id);
  return all;
}

describe('a promotion by name', () => {
  it('puts a refused generation to the gate again, with its own limits, without rebuilding it', async () => {
    const { model, live, refused, message } = await refusedModel();
    const again = await promoteIt(model, refused);
    expect(again).toMatchObject({ cutover: null });
    expect(failed(again.gate)).toEqual(['no shrink against the live generation']);
    expect(await found(model, refused)).toMatchObject({ state: 'BUILT' });
    // The refusal names the promotion that passes.
    expect(message).toContain(commandLine.promote(refused.name, { maxShrink: 0.2 }));
    const limits = { ...defaultGateLimits, maxShrink: 0.2 };
    const promoted = await promoteIt(model, refused, { limits, deep: true });
    expect(promoted.cutover).toMatchObject({ from: live.name, to: refused.name });
    expect(promoted.gate.map(({ check }) => check)).toContain('content of every document');
    expect(await found(model, refused)).toMatchObject({ state: 'LIVE', digest: promoted.digest });
    expect(await found(model, live)).toMatchObject({ state: 'STANDBY' });
  });

  it('warns of one that no running consumer feeds, and refuses it when a feeder is required, before readers move', async () => {
    const model = await testReadModel({ partitions: 2 });
    await produce(model.topic, products(2));
    const first = await model.rebuild();
    expect(first).toMatchObject({ ending: { exitCode: 0 }, receipt: { outcome: 'promoted' } });
    const { projectionVersion, fingerprint } = await found(model, first.receipt.generation!);
    const start = `Start projection-consumer of the release with product_search version ${projectionVersion} (fingerprint ${fingerprint.slice(0, 8)})`;
    expect(ownWarnings(first.receipt)).toEqual([
      `no running consumer feeds ${first.receipt.generation!.name}: readers see no later event until one does. ${start}.`,
    ]);
    const second = await model.rebuild({ requireFeeder: true });
    expect(second).toMatchObject({ ending: { exitCode: 2 }, receipt: { outcome: 'failed', cutover: null } });
    const built = await found(model, second.receipt.generation!);
    expect(second.receipt.message).toBe(
      `no running consumer feeds ${built.name}, and --require-feeder was given. Readers were not moved and nothing was changed. ` +
        `${start}, then run: ./reprise promote --generation ${built.name} --require-feeder`,
    );
    expect(await model.store.observeReaders()).toMatchObject({ name: first.receipt.generation!.name });
    await expect(promoteIt(model, built, { requireFeeder: true })).rejects.toMatchObject({ code: 'REFUSED' });
    await feedBy(model, built.name);
    const promoted = await promoteIt(model, built, { requireFeeder: true });
    expect(promoted).toMatchObject({ cutover: { to: built.name } });
    expect(ownWarnings(promoted)).toEqual([]);
    await feedNoMore(model);
    const again = await promoteIt(model, built);
    expect(ownWarnings(again)).toEqual([expect.stringContaining(start)]);
  });

  it('refuses one built from a topic that was deleted and created again, also where nobody reads yet', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, products(2));
    const first = await found(model, (await model.rebuild({ promote: false })).receipt.generation!);
    await model.topic.delete();
    await freshTopic({ name: model.topic.name, partitions: 1 });
    await expect(promoteIt(model, first)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('was built from another topic') as string,
    });
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
  });

  it('refuses one whose content is no longer what the fold made of the log', async () => {
    const { model, live, refused } = await refusedModel();
    const [first] = await ids(model, refused);
    await elasticsearch().delete({ index: refused.name, id: first!, refresh: true });
    const limits = { ...defaultGateLimits, maxShrink: 0.5 };
    const { gate, cutover } = await promoteIt(model, refused, { limits });
    expect(failed(gate)).toEqual(['documents', 'content digest']);
    expect(cutover).toBeNull();
    expect(await model.store.observeReaders()).toEqual({ kind: 'generation', name: live.name });
  });

  it('compares a proven generation that nobody fed with its digest, and looks behind the hashes when it is deep', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, products(3));
    const { receipt } = await model.rebuild({ promote: false });
    const proven = await found(model, receipt.generation!);
    const [first] = await ids(model, proven);
    const stored = (await model.store.read(proven.name, [first!])).get(first!)!;
    const put = (document: object) =>
      elasticsearch().index({
        index: proven.name,
        id: first!,
        version: stored.version,
        version_type: 'external_gte',
        refresh: true,
        document: { ...document, reprise: stored.digest },
      });
    // Behind its hash: seen only by who reads the content.
    await put({ ...stored.document, title: 'changed by hand' });
    expect(failed((await promoteIt(model, proven, { deep: true })).gate)).toEqual([
      'content of every document',
      'sample as readers read it',
    ]);
    await put(stored.document!);
    await elasticsearch().delete({ index: proven.name, id: first!, refresh: true });
    expect(failed((await promoteIt(model, proven)).gate)).toEqual(['digest proven by the gate']);
  });

  it('counts a proven generation that nobody fed against the live one once it has what was created since', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, products(2));
    const live = await found(model, (await model.rebuild()).receipt.generation!);
    const proven = await found(model, (await model.rebuild({ promote: false })).receipt.generation!);
    await produce(model.topic, products(3));
    // A consumer of another release feeds only what readers are on.
    const { kafka: connection, ...servers } = model.servers;
    await catchUpFromLog({ connection, projection: model.projection, ...servers })(
      live,
      'end',
      new AbortController().signal,
    );
    await model.store.refresh(live.name);
    const { gate, cutover } = await promoteIt(model, proven);
    expect(gate).toContainEqual({
      check: 'no shrink against the live generation',
      expected: 'at least 5 of 5 live documents',
      actual: '5',
      passed: true,
    });
    expect(cutover).toMatchObject({ from: live.name, to: proven.name });
  });

  it('asks canary queries, and retires what stood by before', async () => {
    const model = await testReadModel({ partitions: 1 });
    await produce(model.topic, products(3));
    const first = await found(model, (await model.rebuild()).receipt.generation!);
    const second = await found(model, (await model.rebuild()).receipt.generation!);
    const third = await found(model, (await model.rebuild({ promote: false })).receipt.generation!);
    const canary = { name: 'lamps', query: { match: { title: 'lamp' } }, top: 3 };
    const wrong = await promoteIt(model, third, {
      canaries: [{ ...canary, expectedIds: ['no such product'] }],
    });
    expect(failed(wrong.gate)).toEqual(['canary "lamps"']);
    const broken = { ...canary, query: { mtch: {} }, expectedIds: ['x'] };
    expect((await promoteIt(model, third, { canaries: [broken] })).gate.at(-1)).toMatchObject({
      passed: false,
      actual: expect.stringContaining('unknown query [mtch]'),
    });
    const right = await promoteIt(model, third, {
      canaries: [{ ...canary, expectedIds: [[...(await ids(model, third))][0]!], minOverlap: 1 }],
    });
    expect(right.cutover).toMatchObject({ from: second.name, to: third.name });
    expect(await found(model, first)).toMatchObject({ state: 'RETIRED' });
    expect(await found(model, second)).toMatchObject({ state: 'STANDBY' });
  });
});
