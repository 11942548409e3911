import { jest } from '@jest/globals';
import {
  afterFile,
  documentedMetrics,
  elasticsearch,
  eventually,
  exposedMetrics,
  freshDatabase,
  freshName,
  freshTopic,
  metricProblems,
  metricsOf,
  spawnApp,
  testCredential,
  testKeyEnv,
} from '@reprise/test-kit';
import { Client } from 'pg';

jest.setTimeout(300_000);

const products = 12;
const partitions = [0, 1, 2];
const applications = ['product-api', 'outbox-relay', 'projection-consumer', 'search-api'] as const;
type Application = (typeof applications)[number];

const origins = {} as Record<Application, string>;
let env: Record<string, string>;
let alias: string;
let readers: Client;
let writers: Client;

beforeAll(async () => {
  const [topic, deadLetters] = [await freshTopic({ partitions: partitions.length }), await freshTopic()];
  const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
  alias = freshName('test_search');
  env = {
    ...{ REPRISE_CONTEXTS: 'product', PRODUCT_EVENTS_TOPIC: topic.name, DEAD_LETTER_TOPIC: deadLetters.name },
    ...{ SEARCH_ALIAS: alias, READ_MODEL_DATABASE_URL: read.feederUrl },
    ...{ WRITE_DATABASE_URL: write.productApiUrl, OUTBOX_DATABASE_URL: write.relayUrl },
    ...{ EVENT_STORE_DATABASE_URL: write.eventStoreUrl, CANARY_SECONDS: '1' },
  };
  const owners = { WRITE_DATABASE_OWNER_URL: write.url, READ_MODEL_DATABASE_OWNER_URL: read.url };
  expect((await spawnApp('apps/migrate/src/main.ts', { env: { ...env, ...owners } }).exit()).code).toBe(0);
  const ports = {
    PRODUCT_API_PORT: '0',
    OUTBOX_RELAY_PORT: '0',
    PROJECTION_CONSUMER_PORT: '0',
    SEARCH_API_PORT: '0',
  };
  // One after the other: each takes what a busy machine has to start.
  for (const name of applications) {
    const app = spawnApp(`apps/${name}/src/main.ts`, { env: { ...env, ...ports } });
    origins[name] = (await app.ready()).origin;
  }
  [readers, writers] = [new Client(read.adminUrl), new Client(write.adminUrl)];
  await Promise.all([readers.connect(), writers.connect()]);
  afterFile(async () => void (await Promise.all([readers.end(), writers.end()])));
  afterFile(async () => {
    for (const name of await ownIndices())
      await elasticsearch().indices.delete({ index: [name, `${name}_canary`], ignore_unavailable: true });
  });
  for (let at = 0; at < products; at++) {
    const product = {
      title: `Lamp ${at}`,
      description: 'Shines.',
      categoryId: 'light',
      tags: [],
      priceMinor: 1,
      currency: 'EUR',
      stock: 1,
    };
    const made = await send('POST', '/v1/products', product);
    const { id } = (await made.json()) as { id: string };
    await send('POST', `/v1/products/${id}/publish`, undefined, { 'if-match': '"1"' });
  }
});

/** The indices of this read model, among those of other tests. */
async function ownIndices(): Promise<string[]> {
  const { rows } = await readers.query<{ name: string }>(
    `SELECT name FROM registry.generations WHERE storage = 'elasticsearch'`,
  );
  return rows.map(({ name }) => name);
}

async function send(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(origins['product-api'] + path, {
    method,
    headers: { ...testCredential, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

async function reprise(...args: string[]) {
  const app = spawnApp('apps/rebuild-job/src/main.ts', { args, env });
  const { code } = await app.exit(120_000);
  return { code, stdout: app.stdout(), text: app.output.map(({ text }) => text).join('\n') };
}

/** Values of a metric of the consumer, by projection and partition. */
async function canaries(metric: string): Promise<Map<string, number>> {
  const lines = (await metricsOf(origins['projection-consumer'])).matchAll(
    new RegExp(`^${metric}\\{context="product",projection="(\\w+)",partition="(\\d)".*\\} (\\S+)$`, 'gm'),
  );
  return new Map(
    [...lines].map(([, projection, partition, value]) => [`${projection} ${partition}`, Number(value)]),
  );
}

async function found(): Promise<{ total: number; text: string }> {
  const answer = await fetch(`${origins['search-api']}/v1/search?size=50`, { headers: testCredential });
  const text = await answer.text();
  return { total: (JSON.parse(text) as { total: { value: number } }).total.value, text };
}

const servedIndex = async () => Object.keys(await elasticsearch().indices.getAlias({ name: alias }))[0]!;
const canaryIndex = (index: string) => `${index}_canary`;

/** Waits until each partition has a canary, sent from now on, beside what readers use. @returns the index that readers use */
async function measuredAgain(): Promise<string> {
  const [index, now] = [await servedIndex(), Date.now()];
  const own = canaryIndex(index);
  await eventually(async () => {
    await elasticsearch().indices.refresh({ index: own });
    const { hits } = await elasticsearch().search<{ sentAt: string }>({ index: own, size: 100 });
    expect(hits.hits).toHaveLength(partitions.length);
    for (const { _source } of hits.hits) expect(Date.parse(_source!.sentAt)).toBeGreaterThan(now);
  });
  return index;
}

describe('canaries', () => {
  it('are found by id and by search in every partition of every read model that is fed', async () => {
    const models = ['product_search', 'product_summary', 'category_summary'];
    const places = models.flatMap((model) => partitions.map((partition) => `${model} ${partition}`)).sort();
    await eventually(async () => {
      for (const metric of [
        'canary_last_readable_seconds',
        'canary_last_searchable_seconds',
        'canary_age_seconds',
      ])
        expect([...(await canaries(metric)).keys()].sort()).toEqual(places);
    });
    await eventually(async () =>
      expect(Math.max(...(await canaries('canary_age_seconds')).values())).toBeLessThan(120),
    );
    expect(await metricsOf(origins['product-api'])).toMatch(
      /^canary_written_total\{context="product",.*\} [1-9]/m,
    );
  });

  it('are documents of nobody: no search, facet, count or view has them', async () => {
    await eventually(async () => expect((await found()).total).toBe(products));
    const { text } = await found();
    expect(text).not.toMatch(/canary|63616e61-7279/);
    await elasticsearch().indices.refresh({ index: alias });
    expect((await elasticsearch().count({ index: alias })).count).toBe(products);
    expect(
      (await elasticsearch().count({ index: await ownIndices(), query: { term: { partition: 0 } } })).count,
    ).toBe(0);
    for (const view of ['product_summary', 'category_summary'])
      expect((await readers.query(`SELECT FROM ${view}`)).rowCount).toBe(
        view === 'product_summary' ? products : 1,
      );
  });

  it('are in no receipt, gate or digest of a rebuild, from either source', async () => {
    const first = JSON.parse(
      (await reprise('rebuild', '--projection', 'product_search', '--json')).stdout,
    ) as Receipt;
    const second = JSON.parse(
      (await reprise('rebuild', '--projection', 'product_search', '--source', 'event-store', '--json'))
        .stdout,
    ) as Receipt;
    for (const receipt of [first, second]) {
      expect(receipt).toMatchObject({
        outcome: 'promoted',
        events: { read: 2 * products, applied: 2 * products, deadLettered: 0, heldBack: 0 },
        documents: { live: products, tombstones: 0, written: products },
      });
      expect(Object.keys(receipt.events.byType).sort()).toEqual([
        'product.created.v1',
        'product.published.v1',
      ]);
      expect(receipt.gate.every(({ passed }) => passed)).toBe(true);
      expect(JSON.stringify(receipt)).not.toContain('canary');
    }
    expect(second.digest).toBe(first.digest);
    await measuredAgain();
  });

  it('are in no comparison, replay or repair', async () => {
    const verified = await reprise('verify', '--projection', 'all', '--deep', '--json');
    const reports = JSON.parse(verified.stdout) as {
      outcome: string;
      documents: object;
      log: { events: number };
    }[];
    expect([verified.code, reports.map(({ outcome }) => outcome)]).toEqual([0, ['clean', 'clean', 'clean']]);
    for (const { documents, log } of reports) {
      expect(documents).toEqual({ expected: products, actual: products });
      expect(log.events).toBe(2 * products);
    }
    const replay = await reprise(
      'rebuild',
      '--projection',
      'product_search',
      '--max-events',
      '1000',
      '--json',
    );
    expect(JSON.parse(replay.stdout)).toMatchObject({
      events: { read: 2 * products },
      documents: { written: 0 },
    });
    expect((await reprise('repair', '--projection', 'product_search', '--all')).code).toBe(0);
    await measuredAgain();
  });

  it('are beside whatever readers use, also after a rollback and a prune, and go with what is pruned', async () => {
    const onLast = await measuredAgain();
    expect((await reprise('rollback', '--projection', 'product_search')).code).toBe(0);
    const onFirst = await measuredAgain();
    expect(onFirst).not.toBe(onLast);
    expect((await found()).total).toBe(products);
    const prune = ['prune', '--projection', 'product_search', '--keep', '0', '--standby-hours', '0'];
    const { stdout } = await reprise(...prune, '--json');
    const [pruned] = [JSON.parse(stdout) as Pruned | Pruned[]].flat();
    expect(pruned).toMatchObject({ missing: [], danger: null });
    // Other tests have generations of that name on the same servers.
    expect(pruned!.orphans.join()).not.toContain('canary');
    expect(pruned!.deleted.map(({ name }) => name)).toContain(onLast);
    for (const { name } of pruned!.deleted)
      expect(await elasticsearch().indices.exists({ index: canaryIndex(name) })).toBe(false);
    expect(await measuredAgain()).toBe(onFirst);
  });

  it('do not grow: a few rows and documents, however long they are written', async () => {
    // One statement sees one moment: canaries are written all the while.
    const { rows } = await writers.query<{ rows: number; events: number; messages: number }>(
      `SELECT (SELECT count(*)::int FROM reprise_canaries) AS rows,
              (SELECT count(*)::int FROM event_store WHERE aggregate_type = 'reprise.canary') AS events,
              (SELECT count(*)::int FROM outbox_events WHERE type = 'reprise.canary.v1') AS messages`,
    );
    expect(rows[0]!.rows).toBeLessThanOrEqual(840);
    expect(rows[0]!.events).toBe(rows[0]!.messages);
    const kept = await readers.query('SELECT FROM registry.canaries WHERE partition > 2');
    expect(kept.rowCount).toBe(0);
  });
});

interface Pruned {
  readonly deleted: readonly { readonly name: string }[];
  readonly orphans: readonly string[];
}

interface Receipt {
  readonly events: { readonly byType: Record<string, number> };
  readonly gate: readonly { readonly passed: boolean }[];
  readonly digest: string;
}

describe('the metrics of every process under load', () => {
  it.each(applications)('have help texts, units, bounded labels and no secret: %s', async (application) => {
    const answer = await metricsOf(origins[application]);
    const passwords = Object.values(env).flatMap((value) => URL.parse(value)?.password ?? []);
    const secrets = [...passwords, testKeyEnv.REPRISE_API_KEY].filter((secret) => secret.length > 8);
    expect(metricProblems(answer, secrets)).toEqual([]);
    expect(exposedMetrics(answer)).toEqual(documentedMetrics(application));
  });
});
