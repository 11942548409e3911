import { canaryId } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import type { GenerationName } from '@reprise/read-model-indices';
import { canaryText, produce, productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import type { ReplayFilter } from './replay-filter.ts';
import { replayOntoLive } from './replay-onto-live.ts';
import type { RebuildMode } from '../rebuild-options.ts';

let model: TestReadModel;
let live: GenerationName;
let early: ProductEvent[];
let late: ProductEvent[];
const readersOf = () => model.store.observeReaders();

async function contentOf(): Promise<Record<string, unknown>> {
  await model.store.refresh(live);
  const documents: Record<string, unknown> = {};
  for await (const batch of model.store.scan(live))
    for (const { id, document } of batch) documents[id] = document;
  return documents;
}

function replay(
  filter: Partial<ReplayFilter>,
  mode: RebuildMode = 'APPLY',
  signal = new AbortController().signal,
) {
  return replayOntoLive(
    {
      projection: model.projection,
      mode,
      source: 'kafka',
      promote: true,
      resume: 'auto',
      batchSize: 200,
      workers: 1,
      memoryBytes: 512 << 20,
      gate: defaultGateLimits,
    },
    { maxEvents: 0, ...filter },
    model.servers,
    { signal },
  );
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 2 });
  early = Array.from({ length: 5 }, () =>
    productHistory({ events: [step.created(), step.published()] }),
  ).flat();
  await produce(model.topic, early);
  const { receipt } = await model.rebuild();
  live = receipt.generation!.name as GenerationName;
  late = Array.from({ length: 3 }, () =>
    productHistory({
      events: [step.created(), step.priceChanged(7)],
      startedAt: new Date('2026-06-01T00:00:00Z'),
    }),
  ).flat();
  await produce(model.topic, late);
  // Events of nobody: no count of any test has them.
  await produceRaw(model.topic, [{ key: canaryId(7), value: canaryText(7), partition: 0 }]);
});

describe('a part of the log', () => {
  it('changes nothing in a dry run and says what it would read', async () => {
    const before = await contentOf();
    const { receipt } = await replay({}, 'DRY_RUN');
    expect(receipt).toMatchObject({
      outcome: 'dry-run',
      events: { read: 16, applied: 6, duplicate: 10 },
      cutover: null,
    });
    expect(await contentOf()).toEqual(before);
  });

  it('is applied for the products that are named and for no other', async () => {
    const { receipt, ending } = await replay({ aggregateIds: [late[0]!.subject] });
    expect(ending.exitCode).toBe(0);
    expect(receipt).toMatchObject({ outcome: 'replayed', events: { read: 2, applied: 2 } });
    expect(Object.keys(await contentOf())).toHaveLength(6);
  });

  it.each<RebuildMode>(['DRY_RUN', 'APPLY'])(
    'names products that nobody knows, and refuses for them: %s',
    async (mode) => {
      const known = early[0]!.subject;
      const { receipt, ending } = await replay({ aggregateIds: [known, 'nobody'] }, mode);
      expect(receipt).toMatchObject({ unknown: ['nobody'], events: { read: 2 } });
      expect(ending.exitCode).toBe(2);
      // Known to the live generation, though no event of it lies in the part that is read.
      const later = { aggregateIds: [known], fromTime: new Date('2026-05-01T00:00:00Z') };
      expect(await replay(later, mode)).toMatchObject({ receipt: { unknown: [] }, ending: { exitCode: 0 } });
    },
  );

  it('ends after the number of events it is limited to', async () => {
    expect((await replay({ maxEvents: 3 })).receipt.events.read).toBe(3);
  });

  it('is applied from a moment on, and B12: never moves readers, positions or states', async () => {
    const before = { readers: await readersOf(), generations: await model.registry.listGenerations() };
    const { receipt } = await replay({ fromTime: new Date('2026-05-01T00:00:00Z') });
    expect(receipt.events.read).toBe(6);
    expect(await contentOf()).toEqual(Object.fromEntries(naiveSearchDocuments([...early, ...late])));
    expect({ readers: await readersOf(), generations: await model.registry.listGenerations() }).toEqual(
      before,
    );
  });

  it('G14: is cancelled by a signal, with a receipt that says so', async () => {
    const { receipt, ending } = await replay({}, 'APPLY', AbortSignal.abort(new Error('received SIGINT')));
    expect(receipt.outcome).toBe('cancelled');
    expect(ending.exitCode).toBe(130);
  });

  it('is applied from an event on, and refused when the log has no such event', async () => {
    const { receipt } = await replay({ fromEventId: late[1]!.id });
    expect(receipt.events.duplicate).toBe(receipt.events.read);
    expect(receipt.events.read).toBeGreaterThan(0);
    await expect(replay({ fromEventId: '00000000-0000-7000-8000-000000000000' })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('reports where an event lies that can never be applied, and in a dry run that nothing was written', async () => {
    const life = productHistory({ events: [step.created(), step.deleted(), step.priceChanged(7)] });
    await produce(model.topic, life);
    const filter = { aggregateIds: [life[0]!.subject] };
    const dry = await replay(filter, 'DRY_RUN');
    expect(dry.ending).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Nothing was written'),
    });
    const { receipt, ending } = await replay(filter);
    expect(ending).toMatchObject({ exitCode: 2, message: expect.stringContaining('all others were') });
    expect(receipt).toMatchObject({
      events: { read: 3, applied: 2, deadLettered: 1 },
      poison: [
        {
          position: expect.stringMatching(/^\d+$/),
          reason: 'not-applicable',
          message: expect.stringContaining('product.price-changed.v1'),
          aggregateId: life[0]!.subject,
        },
      ],
    });
  });

  it('begins with the first record for a moment before any record can be, named or of an event', async () => {
    for (const moment of ['1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.998Z']) {
      const { receipt } = await replay({ fromTime: new Date(moment) }, 'DRY_RUN');
      expect(receipt.ranges.map(({ start }) => start)).toEqual(['0', '0']);
    }
    const [created] = productHistory({ events: [step.created()] });
    const value = productEvents.encode({ ...created!, time: '1969-12-31T23:59:59.999Z' });
    await produceRaw(model.topic, [{ key: created!.subject, value, partition: 1 }]);
    const { receipt } = await replay({ fromEventId: created!.id }, 'DRY_RUN');
    const [other, own] = receipt.ranges;
    expect([other!.start, own!.start]).toEqual(['0', String(Number(own!.end) - 1)]);
  });
});
