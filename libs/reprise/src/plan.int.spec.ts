import { productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { productSearch, productSummary } from '@reprise/product-read-model';
import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  produceRaw,
  testEndpoints,
} from '@reprise/test-kit';
import { httpProxy, type HttpProxy } from '@reprise/test-kit/proxies';
import { Client } from 'pg';
import { createReprise, defineReprise, type Reprise } from './index.ts';

const definition = defineReprise({
  contexts: [{ name: 'product', events: productEvents, projections: [productSearch, productSummary] }],
});
const life = () => productHistory({ events: [step.created(), step.published(), step.priceChanged(9)] });
const readingPosts = /\/(_search|_count|_mget|_pit|_bulk_get|_msearch)(\?|$)/;

let proxy: HttpProxy;
let reader: Reprise<'product_search' | 'product_summary'>;
let feeder: Reprise<'product_search' | 'product_summary'>;
let feederUrl: string;
const written: string[] = [];

/** A role that may log in and read what the registry and the generations hold, those of later too, and nothing more. */
async function readOnlyRole(adminUrl: string, feeder: string): Promise<string> {
  const name = freshName('reader');
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`
    CREATE ROLE ${name} LOGIN PASSWORD 'reader';
    GRANT USAGE ON SCHEMA registry, generations TO ${name};
    GRANT SELECT ON ALL TABLES IN SCHEMA registry, generations TO ${name};
    ALTER DEFAULT PRIVILEGES FOR ROLE ${feeder} IN SCHEMA generations GRANT SELECT ON TABLES TO ${name};`);
  afterFile(async () => {
    await admin.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    await admin.end();
  });
  return Object.assign(new URL(adminUrl), { username: name, password: 'reader' }).href;
}

beforeAll(async () => {
  const { kafka, elasticsearch: search } = testEndpoints();
  const topic = await freshTopic({ partitions: 1 });
  const database = await freshDatabase('read');
  feederUrl = database.feederUrl;
  await runReadModelMigrations(database.url);
  proxy = await httpProxy(search.node);
  proxy.inject(({ method, path }) => {
    if (['GET', 'HEAD'].includes(method) || readingPosts.test(path) || path.includes('_pit'))
      return undefined;
    written.push(`${method} ${path}`);
    return { kind: 'answer', status: 403 };
  });
  const env = { PRODUCT_EVENTS_TOPIC: topic.name, PRODUCT_SEARCH_ALIAS: freshName('planned') };
  feeder = createReprise(definition, { kafka, elasticsearch: search, readModelDatabase: feederUrl, env });
  reader = createReprise(definition, {
    ...{ kafka, env, elasticsearch: { ...search, node: proxy.url } },
    readModelDatabase: await readOnlyRole(database.adminUrl, new URL(feederUrl).username),
  });
  afterFile(async () => {
    await Promise.all([reader.close(), feeder.close(), proxy.close()]);
  });
  const [poisoned, ...others] = [life(), life(), life()];
  await produce(topic, others.flat());
  await produceRaw(topic, [
    {
      key: poisoned![0]!.subject,
      value: productEvents.encode(poisoned![0]!).replace('created.v1', 'made.v9'),
    },
  ]);
});

describe('a plan', () => {
  it.each(['product_search', 'product_summary'] as const)(
    'of %s by a role that may only read says what a rebuild would come to, and with which code it would end',
    async (projection) => {
      const plan = await reader.plan(projection);
      expect(plan).toMatchObject({
        ...{ verdict: 'refused', exitCode: 2, message: expect.stringContaining('poison events') },
        events: { read: 7, deadLettered: 1 },
        unknownTypes: { 'product.made.v9': 1 },
        poison: [{ slice: 0, position: '6', reason: 'unknown-type' }],
        predicted: { documents: 2, tombstones: 0, bytes: expect.any(Number) },
        estimatedDurationMs: expect.any(Number),
      });
      expect(written).toEqual([]);
      expect(await reader.plan(projection, { gate: { poisonBudget: 1 } })).toMatchObject({
        ...{ verdict: 'possible', exitCode: 0, message: null },
      });
    },
  );

  it('warns of the rights that a rebuild needs and this role lacks', async () => {
    const { warnings } = await reader.plan('product_summary');
    expect(warnings).toContainEqual(expect.stringContaining('Grant CREATE on both schemas'));
  });

  it('says what another run stands in the way of', async () => {
    const pool = createReadModelPool(feederUrl, { max: 1 });
    const lease = { runId: '0193a000-0000-7000-8000-00000000000a', holder: 'spec', ttlMs: 600_000 };
    const held = await new Registry(pool).acquireLease('product_summary', lease);
    if (!held.acquired) throw new Error('the lease is held');
    try {
      const plan = await reader.plan('product_summary', { gate: { poisonBudget: 1 } });
      expect(plan).toMatchObject({ verdict: 'refused', exitCode: 3, predicted: { documents: 2 } });
      expect(plan.message).toContain(lease.runId);
    } finally {
      await new Registry(pool).releaseLease(held.fence);
      await pool.end();
    }
  });

  it.each(['product_search', 'product_summary'] as const)(
    'predicts what the rebuild of %s then builds, and is made beside readers as well',
    async (projection) => {
      const gate = { poisonBudget: 1 };
      const plan = await feeder.plan(projection, { gate, diffLimit: 5 });
      expect(plan.diff).toMatchObject({ counts: { missing: 2 } });
      const receipt = await feeder.rebuild(projection, { gate });
      expect(receipt).toMatchObject({
        ...{ outcome: 'promoted', events: plan.events },
        documents: { live: plan.predicted!.documents, bytes: plan.predicted!.bytes },
      });
      const index = receipt.generation!.name;
      if (projection === 'product_search')
        afterFile(async () => void (await elasticsearch().indices.delete({ index })));
      expect(await reader.plan(projection, { gate })).toMatchObject({ verdict: 'possible', exitCode: 0 });
      expect(written).toEqual([]);
    },
  );
});
