import type { ProductEvent } from '@reprise/product-events';
import { contentDigest, documentDigest } from '@reprise/read-model-documents';
import type { GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, produceRaw } from '@reprise/test-kit';
import { feedBy, feedNoMore } from '../testing/feeders.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel, type VerifyOptions } from './verify.ts';

let model: TestReadModel;
let live: GenerationName;
let events: ProductEvent[];
let ids: string[];

const verify = (changes: Partial<VerifyOptions> = {}) =>
  verifyReadModel(
    {
      projection: model.projection,
      deep: false,
      limit: 20,
      memoryBytes: 512 << 20,
      // However long this machine takes, nothing is late.
      maxLagMs: 600_000,
      ...changes,
    },
    model.servers,
    new AbortController().signal,
  );

/** Writes a document past the store, with the digest of its content or of what it was before. */
async function corrupt(id: string, digestOf: 'new content' | 'old content'): Promise<void> {
  const [stored] = (await model.store.read(live, [id])).values();
  const document = { ...stored!.document, title: 'corrupted' };
  const digest =
    digestOf === 'new content'
      ? contentDigest({ id, version: stored!.version, data: document })
      : stored!.digest;
  await elasticsearch().index({
    index: live,
    id,
    version: stored!.version,
    version_type: 'external_gte',
    document: { ...document, reprise: digest },
  });
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 3 });
  events = Array.from({ length: 60 }, () =>
    productHistory({ events: [step.created(), step.published(), step.priceChanged(9)] }),
  ).flat();
  ids = [...new Set(events.map(({ subject }) => subject))];
  await produce(model.topic, events);
  live = (await model.rebuild()).receipt.generation!.name as GenerationName;
});

describe('verify', () => {
  it('finds nothing in a read model that is what the log says', async () => {
    for (const deep of [false, true]) {
      expect(await verify({ deep })).toMatchObject({
        clean: true,
        drift: [],
        documents: { expected: 60, actual: 60 },
      });
    }
  });

  it('takes what a live feeder is about to write for in flight, not for drift', async () => {
    await produce(model.topic, productHistory({ events: [step.created()], startedAt: new Date() }));
    await produce(
      model.topic,
      productHistory({ id: ids[0]!, events: [step.unpublished()], firstVersion: 4, startedAt: new Date() }),
    );
    await feedBy(model, live);
    const report = await verify();
    await feedNoMore(model);
    expect(report).toMatchObject({ clean: true, counts: { inFlight: 2, behind: 0, missing: 0, stale: 0 } });
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
    expect((await verify()).counts.inFlight).toBe(0);
  });

  it('V1: finds 10 corrupted, 3 removed and 2 extra documents, exactly those, and changes nothing', async () => {
    for (const id of ids.slice(0, 10)) await corrupt(id, 'new content');
    for (const id of ids.slice(10, 13)) await elasticsearch().delete({ index: live, id });
    const [template] = (await model.store.read(live, [ids[20]!])).values();
    for (const id of ['extra-1', 'extra-2']) {
      await elasticsearch().index({
        index: live,
        id,
        version: 1,
        version_type: 'external',
        document: { ...template!.document, productId: id, reprise: documentDigest(id, 'x') },
      });
    }
    const report = await verify();
    expect(report).toMatchObject({
      clean: false,
      counts: { different: 10, missing: 3, extra: 2, stale: 0, inFlight: 0 },
    });
    expect(new Set(report.drift.map(({ id }) => id))).toEqual(
      new Set([...ids.slice(0, 13), 'extra-1', 'extra-2']),
    );
    const short = await verify({ limit: 1 });
    expect(short.counts).toEqual(report.counts);
    expect(short.drift).toHaveLength(3);
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
    expect(await verify()).toMatchObject({ clean: true });
  });

  it('sees content that was changed behind its stored digest only when it looks at every document', async () => {
    await corrupt(ids[30]!, 'old content');
    expect((await verify()).clean).toBe(true);
    expect(await verify({ deep: true })).toMatchObject({
      clean: false,
      drift: [{ id: ids[30], class: 'different' }],
    });
  });

  it('sees a document that was written by hand, and one that was updated in place, for what they are', async () => {
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
    const [template] = (await model.store.read(live, [ids[1]!])).values();
    await elasticsearch().index({
      index: live,
      id: 'by-hand',
      document: { ...template!.document, productId: 'by-hand' },
    });
    expect(await verify()).toMatchObject({
      counts: { extra: 1, different: 0 },
      drift: [{ id: 'by-hand', class: 'extra' }],
    });
    await elasticsearch().update({ index: live, id: ids[2]!, doc: { stock: 999 } });
    expect(await verify({ deep: true })).toMatchObject({ counts: { extra: 1, different: 1 } });
  });

  it('compares single products by their content', async () => {
    expect(await verify({ aggregateIds: [ids[1]!, ids[2]!, 'by-hand', 'nobody'] })).toMatchObject({
      documents: { expected: 2, actual: 3 },
      drift: [
        { id: ids[2], class: 'different' },
        { id: 'by-hand', class: 'extra' },
      ],
    });
    expect(await verify({ aggregateIds: [ids[1]!] })).toMatchObject({ clean: true, unknown: [] });
  });

  it('names products that neither the log nor the store has, and is not clean by them', async () => {
    expect(await verify({ aggregateIds: [ids[1]!, 'nobody', ` ${ids[1]}`] })).toMatchObject({
      drift: [],
      unknown: ['nobody', ` ${ids[1]}`],
      clean: false,
    });
  });

  it('knows a product by a record that is not an event, and by a document that the log does not have', async () => {
    await produceRaw(model.topic, [{ key: 'garbled', value: 'no event' }]);
    const { unknown } = await verify({ aggregateIds: ['garbled', 'by-hand'] });
    expect(unknown).toEqual([]);
  });

  it('hands on every document that drifts, however few are listed, and reads no faster than it may', async () => {
    const drift: string[] = [];
    const onDrift = (found: readonly { id: string }[]) =>
      Promise.resolve(void drift.push(...found.map(({ id }) => id)));
    const report = await verify({ deep: true, limit: 0, rate: 400, onDrift });
    expect(drift.toSorted()).toEqual(['by-hand', ids[2]].sort());
    expect(report.drift).toEqual([]);
    // About 180 events and 60 documents, the first quarter of a second of events at once.
    expect(report.timing.durationMs).toBeGreaterThan(200);
  });
});
