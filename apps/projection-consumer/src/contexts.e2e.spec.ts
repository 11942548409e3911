import { produce } from '@reprise/product-events/testing';
import {
  eventStoreSql,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  metricsOf,
  produceRaw,
  testCredential,
  type SpawnedApp,
} from '@reprise/test-kit';
import { Client } from 'pg';
import { produceRecruiting, registrations } from './testing/candidates.ts';
import { catalogue, consumerFixture, readinessOf, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';

/** The settings of recruiting beside those of product, with topics that do not exist yet. */
async function recruitingSettings() {
  const events = freshName('test.recruiting');
  const write = await freshDatabase('write');
  await inDatabase(write.url, (client) => client.query(eventStoreSql));
  return {
    events,
    env: {
      REPRISE_CONTEXTS: 'product,recruiting',
      RECRUITING_EVENTS_TOPIC: events,
      RECRUITING_DEAD_LETTER_TOPIC: `dlq.${events}`,
      RECRUITING_EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
    },
  };
}

async function checksOf(app: SpawnedApp): Promise<Record<string, string>> {
  const { port } = await app.logged({ msg: 'listening' });
  const answer = await fetch(`http://127.0.0.1:${String(port)}/health/checks`, { headers: testCredential });
  return ((await answer.json()) as { checks: Record<string, string> }).checks;
}

/** Rows of a view in the read-model database. */
async function count({ env }: ConsumerFixture, view: string): Promise<number> {
  const { rows } = await inDatabase(env['READ_MODEL_DATABASE_URL']!, (client) =>
    client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${view}`),
  );
  return rows[0]!.rows;
}

async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('a consumer of several contexts', () => {
  it('feeds one while the topic of another is missing, says which is not ready, and feeds that as soon as it can', async () => {
    const [fixture, recruiting] = [await consumerFixture(), await recruitingSettings()];
    const log = catalogue(5);
    await produce(fixture.topic, log);
    const app = fixture.start(recruiting.env);
    await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
    await eventually(async () =>
      expect(await checksOf(app)).toEqual({ 'product.feed': 'ok', 'recruiting.feed': 'failed' }),
    );
    await eventually(async () =>
      expect(await readinessOf(app)).toEqual({
        status: 503,
        reasons: expect.stringContaining(`The topic "${recruiting.events}" does not exist`) as string,
      }),
    );
    await app.logged({
      context: 'recruiting',
      msg: 'not fed; other contexts are, and this one is tried again in a while',
    });

    await freshTopic({ name: recruiting.events, partitions: 3 });
    await freshTopic({ name: `dlq.${recruiting.events}` });
    await produceRecruiting(recruiting.events, registrations(4));
    await app.ready();
    await eventually(async () => expect(await count(fixture, 'candidate_summary')).toBe(4));
    const { origin } = await app.ready();
    const metrics = await metricsOf(origin);
    expect(metrics).toMatch(/^feed_records_total\{context="product",.*\} 15$/m);
    expect(metrics).toMatch(/^feed_records_total\{context="recruiting",.*\} 4$/m);
    expect(metrics).toMatch(/^feed_lag_events\{context="recruiting",projection="lead_summary".*\} 0$/m);
    expect(await app.kill()).toEqual({ code: 0, signal: null });
    expect(await fixture.registry.liveFeeders(60_000)).toEqual([]);
  });

  it('feeds nothing where the registry belongs to another topic of one of them, and names it', async () => {
    const [fixture, recruiting] = [await consumerFixture(), await recruitingSettings()];
    await produce(fixture.topic, catalogue(1));
    const first = fixture.start();
    await first.ready();
    await first.kill();
    const before = await fixture.registry.listGenerations();
    const other = await freshTopic();
    await freshTopic({ name: recruiting.events });
    await freshTopic({ name: `dlq.${recruiting.events}` });
    await produceRecruiting(recruiting.events, registrations(1));
    const app = fixture.start({ ...recruiting.env, PRODUCT_EVENTS_TOPIC: other.name });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    for (const name of [fixture.topic.name, other.name, 'PRODUCT_EVENTS_TOPIC'])
      expect(app.stdout()).toContain(name);
    expect(await fixture.registry.listGenerations()).toEqual(before);
  });

  it('refuses everything that is wrong at once and feeds nothing', async () => {
    const [fixture, recruiting] = [await consumerFixture(), await recruitingSettings()];
    const start = (env: Record<string, string | undefined>, args: readonly string[] = []) =>
      fixture.start({ ...recruiting.env, ...env }, args);
    const shared = start({
      ...{ RECRUITING_EVENTS_TOPIC: fixture.topic.name, RECRUITING_EVENT_STORE_DATABASE_URL: undefined },
      ...{ KAFKA_BROKERS: 'nonsense', REPAIR_ATTEMPTS: '0' },
    });
    const unknown = start({}, ['--context', 'product,sales']);
    const config = start({ REPRISE_CONFIG: 'package.json' });
    for (const app of [shared, unknown, config]) expect(await app.exit()).toEqual({ code: 1, signal: null });
    const problemsOf = async (app: SpawnedApp) =>
      ((await app.logged({ level: 'fatal' })) as { problems: string[] }).problems;
    expect((await problemsOf(shared)).map((problem) => problem.split(' ')[0])).toEqual([
      'KAFKA_BROKERS',
      'REPAIR_ATTEMPTS',
      'RECRUITING_EVENT_STORE_DATABASE_URL',
      'RECRUITING_EVENTS_TOPIC',
    ]);
    expect(await problemsOf(unknown)).toEqual([
      '--context "sales" is not known: it must be one or more of product, recruiting',
    ]);
    expect(await problemsOf(config)).toEqual([expect.stringMatching(/package\.json does not load/)]);
    expect(await fixture.registry.listGenerations()).toEqual([]);
  });

  it('feeds nothing from a topic in another format, instead of putting all of it aside', async () => {
    const fixture = await consumerFixture();
    const strangers = Array.from({ length: 12 }, (_, number) => ({
      key: `${number}`,
      value: '{"text":"hello"}',
    }));
    await produceRaw(fixture.topic, strangers);
    const app = fixture.start();
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.stdout()).toContain('is in another format than CloudEvents');
    expect(await fixture.registry.listGenerations()).toEqual([]);
  });
});
