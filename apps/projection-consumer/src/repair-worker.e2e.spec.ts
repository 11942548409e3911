import { createReadModelPool } from '@reprise/read-model-indices';
import { productSearch } from '@reprise/product-read-model';
import { RepairQueue } from '@reprise/read-model-repair';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, elasticsearch, eventually, metricsOf, type SpawnedApp } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { catalogue, consumerFixture, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';

const log = catalogue(20);
const ids = [...new Set(log.map(({ subject }) => subject))];
let fixture: ConsumerFixture;
let queue: RepairQueue;
let pool: Pool;
let app: SpawnedApp;

/** Other content under the same version, as no feed ever writes it. */
async function corrupt(id: string): Promise<void> {
  const [live] = await fixture.generations('LIVE');
  const { _source, _version } = await elasticsearch().get<Record<string, unknown>>({ index: live!.name, id });
  const document = { ...(_source as object), title: 'corrupted' };
  await elasticsearch().index({
    index: live!.name,
    id,
    version: _version!,
    version_type: 'external_gte',
    document,
  });
}
const ask = (aggregateId: string) =>
  queue.add([
    {
      projection: 'product_search',
      projectionVersion: productSearch.version,
      aggregateType: 'product',
      aggregateId,
      reason: 'operator',
    },
  ]);
const isEmpty = async () => expect(await queue.counts()).toMatchObject({ open: 0, failed: 0 });

beforeAll(async () => {
  fixture = await consumerFixture();
  pool = createReadModelPool(fixture.env['READ_MODEL_DATABASE_URL']!);
  afterFile(() => pool.end());
  queue = new RepairQueue(pool);
  await fixture.store(log);
  await produce(fixture.topic, log);
  app = fixture.start();
  await app.ready();
  await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
  await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
});

describe('the repair worker in the consumer', () => {
  it('does what stands in the queue and shows the queue in its metrics', async () => {
    for (const id of ids.slice(0, 3)) await corrupt(id);
    expect(await fixture.byId(ids[0]!)).toMatchObject({ title: 'corrupted' });
    for (const id of ids.slice(0, 3)) await ask(id);
    await eventually(isEmpty);
    expect(await fixture.documents()).toEqual(naiveDocuments(log));
    const { port } = await app.ready();
    const metrics = await metricsOf(`http://127.0.0.1:${port}`);
    expect(metrics).toMatch(/^repair_tasks_done_total\{.*\} 3$/m);
    for (const name of ['repair_tasks_open', 'repair_tasks_failed', 'repair_oldest_open_seconds'])
      expect(metrics).toMatch(new RegExp(`^${name}\\{.*\\} 0$`, 'm'));
  });

  it('is asked by the feed for what came too early, and does it once the event store has it', async () => {
    const [created, published, priced] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(5)],
    });
    await produce(fixture.topic, [created!, priced!]);
    await eventually(async () => expect(await fixture.byId(created!.subject)).toMatchObject({ version: 1 }));
    await fixture.store([created!, published!, priced!]);
    await eventually(async () => {
      // As if the wait of the backoff were over.
      await ask(created!.subject);
      expect(await fixture.byId(created!.subject)).toMatchObject({
        version: 3,
        priceMinor: 5,
        status: 'published',
      });
    });
    await eventually(isEmpty);
    log.push(created!, published!, priced!);
  });

  it('C13: killed in the middle of a repair, it leaves the task to the next one, and the effect is there once', async () => {
    await app.kill('SIGTERM');
    const id = ids[5]!;
    await corrupt(id);
    await ask(id);
    const dying = fixture.start({ FAILPOINT: 'repair.afterCorrection=kill' });
    expect(await dying.exit()).toMatchObject({ signal: 'SIGKILL' });
    expect(await queue.list({ limit: 10 })).toMatchObject([
      { aggregateId: id, attempts: 1, lease: { holder: expect.any(String) } },
    ]);
    // As if its lease had run out.
    await pool.query('UPDATE registry.repair_tasks SET next_attempt_at = now(), lease_expires_at = now()');
    app = fixture.start();
    await app.ready();
    await eventually(isEmpty);
    expect(await fixture.documents()).toEqual(naiveDocuments(log));
  });

  it('C13: is reported when the queue is full, and what could not be applied is still put aside', async () => {
    await app.kill('SIGTERM');
    // A task of another release, which this one leaves alone.
    const other = {
      projection: 'product_search',
      projectionVersion: 99,
      aggregateType: 'product',
      aggregateId: 'x',
      reason: 'operator',
    } as const;
    await queue.add([other]);
    app = fixture.start({ REPAIR_QUEUE_LIMIT: '1' });
    const { port } = await app.ready();
    const [created, , priced] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(5)],
    });
    await produce(fixture.topic, [created!, priced!]);
    await eventually(async () => {
      const metrics = await metricsOf(`http://127.0.0.1:${port}`);
      expect(metrics).toMatch(/^repair_tasks_refused_total\{.*\} [1-9]/m);
      expect(metrics).toMatch(/^feed_dead_letters_total\{.*\} [1-9]/m);
    });
    expect(
      app.output.some(({ text }) => text.includes('the repair queue is full and refused some tasks')),
    ).toBe(true);
    expect(await queue.list({ limit: 10 })).toMatchObject([{ aggregateId: 'x' }]);
    await eventually(async () => expect((await queue.counts(['product_search'])).refused).toBeGreaterThan(0));
    await eventually(async () => expect(await fixture.byId(created!.subject)).toMatchObject({ version: 1 }));
  });
});
