import { eventually, freshDatabase, freshTopic, spawnApp, testCredential } from '@reprise/test-kit';
import { Client } from 'pg';

/** The second bounded context on its own: its databases, topics and processes. */
describe('the read models of recruiting', () => {
  let env: Record<string, string>;
  let writeUrl: string;
  let origin: string;

  /** Runs a command line to its end. */
  async function job(...args: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
    const app = spawnApp('apps/rebuild-job/src/main.ts', { args, env });
    const { code } = await app.exit();
    return { code, text: app.output.map(({ text }) => text).join('\n') };
  }

  async function post(path: string, body: object): Promise<string> {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { ...testCredential, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  const register = (name: string): Promise<string> =>
    post('/v1/candidates', { name, email: 'someone@example.org', skills: ['SQL'] });

  async function rows<Row>(url: string, sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  const names = async (): Promise<string[]> => {
    const sql = 'SELECT name FROM candidate_summary ORDER BY name';
    return (await rows<{ name: string }>(env['READ_MODEL_DATABASE_URL']!, sql)).map(({ name }) => name);
  };

  beforeAll(async () => {
    const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
    const [events, letters] = [await freshTopic({ partitions: 3 }), await freshTopic()];
    writeUrl = write.url;
    env = {
      REPRISE_CONTEXTS: 'recruiting',
      RECRUITING_WRITE_DATABASE_URL: write.urlOf('RECRUITING_WRITE_DATABASE_URL'),
      RECRUITING_WRITE_DATABASE_OWNER_URL: write.url,
      RECRUITING_OUTBOX_DATABASE_URL: write.relayUrl,
      RECRUITING_EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
      RECRUITING_EVENTS_TOPIC: events.name,
      RECRUITING_DEAD_LETTER_TOPIC: letters.name,
      READ_MODEL_DATABASE_URL: read.feederUrl,
      READ_MODEL_DATABASE_OWNER_URL: read.url,
      ...{ RECRUITING_API_PORT: '0', OUTBOX_RELAY_PORT: '0', PROJECTION_CONSUMER_PORT: '0' },
    };
    const noProduct = { WRITE_DATABASE_URL: undefined };
    const migrated = spawnApp('apps/migrate/src/main.ts', { env: { ...env, ...noProduct } });
    expect(await migrated.exit()).toEqual({ code: 0, signal: null });
    const [api] = ['recruiting-api', 'outbox-relay', 'projection-consumer'].map((name) =>
      spawnApp(`apps/${name}/src/main.ts`, { env }),
    );
    ({ origin } = await api!.ready());
  });

  it('are written through the API, fed, rebuilt, switched back and verified', async () => {
    const first = await register('Ada');
    const lead = { title: 'Developer', company: 'Halden', headcount: 1 };
    await post('/v1/leads', lead);
    await eventually(async () => expect(await names()).toEqual(['Ada']));
    const rebuilt = await job('rebuild', '--projection', 'candidate_summary');
    expect(rebuilt).toMatchObject({
      code: 0,
      text: expect.stringContaining('candidate_summary: promoted') as string,
    });
    await register('Björn');
    await eventually(async () => expect(await names()).toEqual(['Ada', 'Björn']));
    expect(await job('rollback', '--projection', 'candidate_summary')).toMatchObject({ code: 0 });
    // The generation before was fed all along.
    expect(await names()).toEqual(['Ada', 'Björn']);
    expect(await job('verify', '--projection', 'all')).toMatchObject({ code: 0 });
    expect(await job('repair', '--projection', 'candidate_summary', '--aggregate-id', first)).toMatchObject({
      code: 0,
    });
  });

  it('take the lines of the reference as they stand', async () => {
    const dry = await job('rebuild', '--projection', 'candidate_summary', '--mode', 'DRY_RUN');
    expect(dry).toMatchObject({ code: 0 });
    const from = '2026-01-01T00:00:00Z';
    const since = await job('rebuild', '--projection', 'all', '--mode', 'APPLY', '--from-ts', from);
    expect(since).toMatchObject({ code: 0, text: expect.stringContaining('lead_summary') as string });
    const [event] = await rows<{ id: string }>(
      writeUrl,
      `SELECT envelope->>'id' AS id FROM event_store WHERE envelope->>'type' = 'lead.opened.v1'`,
    );
    const line = ['--projection', 'lead_summary', '--mode', 'APPLY', '--from-event-id', event!.id];
    expect(await job('rebuild', ...line)).toMatchObject({ code: 0 });
    expect(await job('rebuild', '--projection', 'all', '--max-events', '1000')).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['Ada', 'Björn']);
  });
});

describe('a rebuild job of several contexts', () => {
  const refused = async (args: string[], env: Record<string, string>): Promise<string> => {
    const app = spawnApp('apps/rebuild-job/src/main.ts', {
      args: ['rebuild', ...args],
      env: {
        REPRISE_CONTEXTS: '',
        RECRUITING_EVENT_STORE_DATABASE_URL: 'postgres://a@127.0.0.1:1/b',
        ...env,
      },
    });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    return app.output.map(({ text }) => text).join('\n');
  };

  it('refuses what is wrong with its contexts, all at once, and starts nothing', async () => {
    const shared = {
      RECRUITING_EVENTS_TOPIC: 'product.events',
      SEARCH_ALIAS: 'A*',
      KAFKA_BROKERS: 'nonsense',
    };
    expect(await refused(['--projection', 'all'], shared)).toMatch(
      /KAFKA_BROKERS.*SEARCH_ALIAS.*RECRUITING_EVENTS_TOPIC is the same topic as PRODUCT_EVENTS_TOPIC/s,
    );
    const unknown = await refused(
      ['--projection', 'all', '--context', 'sales,product', '--workers', 'x'],
      {},
    );
    expect(unknown).toContain(
      '--context "sales" is not known: it must be one or more of product, recruiting',
    );
    expect(unknown).toContain('--workers');
    expect(await refused(['--projection', 'all'], { REPRISE_CONTEXTS: 'sales' })).toContain(
      'REPRISE_CONTEXTS "sales" is not known',
    );
    expect(await refused(['--projection', 'all'], { REPRISE_CONFIG: 'package.json' })).toMatch(
      /package\.json does not load/,
    );
  });
});
