import { jest } from '@jest/globals';
import { productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { productSummary } from '@reprise/product-read-model';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import {
  afterFile,
  eventually,
  freshDatabase,
  freshTopic,
  testEndpoints,
  type FreshTopic,
} from '@reprise/test-kit';
import { createReprise, defineReprise, type Reprise } from './index.ts';

const definition = defineReprise({
  contexts: [{ name: 'product', events: productEvents, projections: [productSummary] }],
});
const patient = { timeoutMs: 60_000, intervalMs: 500 };
const life = () => productHistory({ events: [step.created(), step.published(), step.priceChanged(9)] });

let topic: FreshTopic;
let reprise: Reprise<'product_summary'>;
const printed: string[] = [];

beforeAll(async () => {
  topic = await freshTopic({ partitions: 2 });
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  reprise = createReprise(definition, {
    ...{ kafka: testEndpoints().kafka, readModelDatabase: database.feederUrl },
    env: { PRODUCT_EVENTS_TOPIC: topic.name },
  });
  afterFile(() => reprise.close());
  await produce(topic, [...life(), ...life()]);
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});

describe('the life of a read model, from a program', () => {
  it('is planned, rebuilt, fed, verified, rolled back and cleaned up by one object, which prints nothing', async () => {
    expect(await reprise.plan('product_summary')).toMatchObject({
      ...{ verdict: 'possible', exitCode: 0, predicted: { documents: 2, tombstones: 0 } },
    });
    const first = await reprise.rebuild('product_summary');
    expect(first).toMatchObject({ outcome: 'promoted', documents: { live: 2 } });
    expect((await reprise.status())[0]).toMatchObject({
      ...{ projection: 'product_summary', verdict: { kind: expect.any(String) } },
    });
    expect(await reprise.verify('product_summary')).toMatchObject({ counts: { missing: 0 }, repair: null });

    const second = await reprise.rebuild('product_summary', { promote: false });
    expect(second).toMatchObject({ outcome: 'built', cutover: null });
    const { name } = second.generation!;
    expect(await reprise.promote('product_summary', name)).toMatchObject({ cutover: { to: name } });
    expect(await reprise.rollback('product_summary')).toMatchObject({
      ...{ from: name, to: first.generation!.name },
    });
    const [event] = life();
    expect(await reprise.repair('product_summary', { aggregateIds: [event!.subject] })).toMatchObject({
      ...{ documents: [], unknown: [event!.subject] },
    });
    expect(await reprise.repair('product_summary')).toMatchObject({ repaired: 0, failures: [] });
    expect(await reprise.cancel('product_summary')).toMatchObject({ outcome: 'none' });
    expect(await reprise.prune('product_summary', { dryRun: true })).toMatchObject({ deleted: [] });
    expect(printed).toEqual([]);
  });

  it('is fed until its signal aborts', async () => {
    const stop = new AbortController();
    const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
    const feeding = reprise.live({ signal: stop.signal, onReady });
    await Promise.race([ready, feeding]);
    await produce(topic, life());
    await eventually(async () => {
      const [status] = await reprise.status('product_summary');
      expect(status).toMatchObject({ verdict: { kind: 'ok' } });
      expect(await reprise.verify('product_summary')).toMatchObject({
        documents: { actual: 3 },
        clean: true,
      });
    }, patient);
    stop.abort();
    await feeding;
    expect(printed).toEqual([]);
  });

  it('ends as cancelled when its signal aborts', async () => {
    const signal = AbortSignal.abort(new Error('closing time'));
    const receipt = await reprise.rebuild('product_summary', { signal });
    expect(receipt).toMatchObject({ outcome: 'cancelled', message: expect.stringContaining('closing time') });
    expect(await reprise.plan('product_summary', { signal })).toMatchObject({ verdict: 'cancelled' });
  });

  it('refuses a generation that is not the projection’s', async () => {
    await expect(reprise.promote('product_summary', 'another')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
