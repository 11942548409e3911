import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { loadContexts } from '@reprise/contexts';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  createReadModelPool,
  Registry as Generations,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import { readLiveConfiguration, type DeliveredBatch } from '@reprise/read-model-live';
import type { Projection } from '@reprise/read-model-projections';
import {
  afterFile,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  testEndpoints,
  type FreshDatabase,
  type FreshTopic,
} from '@reprise/test-kit';
import { Registry } from 'prom-client';
import { LiveFeedHealth } from './live-feed-health.ts';
import { LiveFeedTransport } from './live-feed-transport.ts';
import { ReadModelsPlan } from './read-models-plan.ts';
import { ReadModelsStatus } from './read-models-status.ts';
import { RepriseModule } from './reprise.module.ts';
import { startApplication } from './testing/example-application.ts';

const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const REPRISE_CONFIG = fileURLToPath(new URL('./testing/reprise.config.ts', import.meta.url));

async function migratedDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  return database;
}

describe('a Nest application with the live feed', () => {
  let read: FreshDatabase;
  let topic: FreshTopic;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    read = await migratedDatabase();
    topic = await freshTopic({ partitions: 2 });
    const deadLetters = await freshTopic();
    env = {
      ...testEndpoints().env,
      REPRISE_CONFIG,
      READ_MODEL_DATABASE_URL: read.feederUrl,
      PRODUCT_EVENTS_TOPIC: topic.name,
      DEAD_LETTER_TOPIC: deadLetters.name,
    };
  });

  it('feeds its read models while it runs, says when it does, and leaves nothing behind when it closes', async () => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    const pool = createReadModelPool(read.feederUrl);
    afterFile(() => pool.end());
    const app = await startApplication(0).finally(() => {
      for (const name of Object.keys(env)) process.env[name] = before[name];
    });
    afterFile(() => app.close());
    const answer = async () => (await app.inject({ method: 'GET', url: '/ready' })).json<object>();
    await eventually(async () => expect(await answer()).toEqual({ feed: { status: 'up' } }));
    await produce(
      topic,
      productHistory({ events: [step.created({ title: 'Fed by Nest' }), step.published()] }),
    );
    await eventually(async () => {
      const { rows } = await pool.query<{ title: string }>('SELECT title FROM product_summary');
      expect(rows).toEqual([{ title: 'Fed by Nest' }]);
    });
    expect(await app.get(ReadModelsStatus).look()).toMatchObject([
      { projection: 'product_summary', generations: [{ state: 'LIVE' }] },
    ]);
    const plan = app.get(ReadModelsPlan);
    expect(await plan.look('product_summary')).toMatchObject({
      ...{ verdict: 'possible', exitCode: 0, events: { read: 2 }, predicted: { documents: 1 } },
    });
    await expect(plan.look('another')).rejects.toThrow('There is no projection "another"');
    const generations = new Generations(pool);
    expect(await generations.liveFeeders(60_000)).toHaveLength(1);
    await app.close();
    expect(await generations.liveFeeders(60_000)).toEqual([]);
    expect(await plan.look('product_summary')).toMatchObject({ verdict: 'cancelled' });
  });

  it('loads no code of a rebuild before a plan is asked for', () => {
    const program =
      "import { registerHooks } from 'node:module'; const urls = [];" +
      'registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });' +
      "await import('@reprise/nestjs'); console.log(JSON.stringify(urls));";
    const loader = ['--conditions=@reprise/source', '--import=../../tools/dev.mjs', '--input-type=module'];
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const output = execFileSync(process.execPath, [...loader, '--eval', program], { cwd, encoding: 'utf8' });
    const urls = JSON.parse(output) as string[];
    const from = (folder: string) => urls.filter((url) => url.includes(folder));
    expect(from('/libs/read_model/live/')).not.toEqual([]);
    expect(from('/libs/read_model/rebuild/')).toEqual([]);
  });

  it('delivers a batch again that an interceptor of the application threw for', async () => {
    const { contexts } = await loadContexts<Projection>(env);
    const own = { ...env, READ_MODEL_DATABASE_URL: (await migratedDatabase()).feederUrl };
    const configuration = await readLiveConfiguration(own, contexts);
    const testing = await Test.createTestingModule({
      imports: [RepriseModule.forRoot({ configuration })],
    }).compile();
    const seen: string[] = [];
    const app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
    app.useGlobalInterceptors({
      intercept: (context, next) => {
        const { batch } = context.switchToRpc().getData<DeliveredBatch>();
        const thrown = seen.length === 0;
        seen.push(`${batch.partition}@${batch.from}`);
        if (thrown) throw new Error('not now');
        return next.handle();
      },
    });
    app.connectMicroservice({ strategy: app.get(LiveFeedTransport) }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await eventually(() => Promise.resolve(expect(seen.slice(1)).toContain(seen[0])));
    await app.close();
  });

  it('is not healthy where it cannot feed, names the check but not the reason, and says why it stopped', async () => {
    const { contexts } = await loadContexts<Projection>(env);
    const own = {
      ...env,
      ...{
        READ_MODEL_DATABASE_URL: (await migratedDatabase()).feederUrl,
        PRODUCT_EVENTS_TOPIC: freshName('missing'),
      },
    };
    const configuration = await readLiveConfiguration(own, contexts);
    const metrics = new Registry();
    const testing = await Test.createTestingModule({
      imports: [RepriseModule.forRoot({ configuration, metrics })],
    }).compile();
    const app = testing.createNestMicroservice({ strategy: testing.get(LiveFeedTransport) });
    await app.listen();
    await expect(app.get(LiveFeedTransport).ended).rejects.toThrow(/topic .* does not exist/);
    const health = app.get(LiveFeedHealth);
    expect(await health.isHealthy()).toEqual({ reprise: { status: 'down', failed: ['feed'] } });
    expect((await health.look()).get('feed')).toMatch(/does not exist/);
    expect(await metrics.metrics()).toContain('feed_generations{context="product"} 0');
    await app.close();
  });
});

it.each(['../README.md', '../../../docs/how-to/feed-from-nest.md'])('is shown as it runs in %s', (page) => {
  const program = own('./testing/example-application.ts').replace('../index.ts', '@reprise/nestjs');
  expect(own(page)).toContain(`\`\`\`ts\n${program}\`\`\``);
});
