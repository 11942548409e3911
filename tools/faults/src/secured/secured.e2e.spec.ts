import { readFileSync } from 'node:fs';
import { describeTopic, type KafkaConnection } from '@reprise/read-model-feed';
import {
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  retrying,
} from '@reprise/read-model-indices';
import { projections } from '@reprise/product-read-model';
import { connectionFaults, type FaultName } from '@reprise/runtime/connections';
import { eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import {
  messageOf,
  securedPlatform,
  textOf,
  type Env,
  type ProcessName,
  type SecuredPlatform,
} from '../testing/secured-platform.ts';

let platform: SecuredPlatform;

beforeAll(async () => {
  platform = await securedPlatform();
}, 400_000);

const databaseUrl: SecuredPlatform['databaseUrl'] = (...words) => platform.databaseUrl(...words);
const job = (args: readonly string[], more: Env = {}): SpawnedApp =>
  spawnApp('apps/rebuild-job/src/main.ts', {
    args,
    env: { ...platform.environment['rebuild-job'], ...more },
  });

describe('the rights that are documented', () => {
  it('are enough for every service and every verb, with TLS and logins everywhere', async () => {
    const services = (['product-api', 'outbox-relay', 'projection-consumer', 'search-api'] as const).map(
      (name) => [name, spawnApp(`apps/${name}/src/main.ts`, { env: platform.environment[name] })] as const,
    );
    const [api, , , search] = await Promise.all(services.map(([, app]) => app.ready({ timeoutMs: 180_000 })));
    const texts = { title: 'Mug', description: '', categoryId: 'kitchen', tags: [] };
    const product = { ...texts, priceMinor: 5, currency: 'EUR', stock: 1 };
    const post = (path: string, body: object, headers: object = {}) =>
      fetch(`${api!.origin}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const created = (await (await post('/v1/products', product)).json()) as { id: string };
    expect((await post(`/v1/products/${created.id}/publish`, {}, { 'if-match': '"1"' })).status).toBe(200);
    await eventually(
      async () => expect((await fetch(`${search!.origin}/v1/products/${created.id}`)).status).toBe(200),
      { timeoutMs: 60_000 },
    );
    const expectDone = async (verb: string, more: Env = {}) => {
      const run = job(verb.split(' '), more);
      expect([verb, (await run.exit(180_000)).code, textOf(run)]).toEqual([verb, 0, expect.any(String)]);
    };
    await expectDone('rebuild --projection all');
    // These only look, so they do it together.
    const verifier = { ELASTICSEARCH_USERNAME: 'verifier', ELASTICSEARCH_PASSWORD: 'verifier-secret' };
    await Promise.all([
      expectDone('verify --projection all'),
      expectDone('verify --projection product_search', verifier),
      expectDone('status'),
      expectDone('dlq list'),
    ]);
    await expectDone('rollback --projection product_search');
    await expectDone('prune --projection all');
    for (const [name, app] of services) expect([name, (await app.kill()).code]).toEqual([name, 0]);
  }, 600_000);
});

describe('each fault of a connection', () => {
  const sasl = { mechanism: 'scram-sha-512', username: 'rebuild', password: 'rebuild-secret' } as const;
  const kafkaFaults: [FaultName, string, () => KafkaConnection][] = [
    ['wrong-credentials', 'a wrong password', () => ({ ...good(), sasl: { ...sasl, password: 'wrong' } })],
    ['no-credentials', 'no SASL settings', () => ({ ...good(), sasl: undefined as never })],
    [
      'wrong-mechanism',
      'a mechanism that is not offered',
      () => ({ ...good(), sasl: { ...sasl, mechanism: 'plain' } }),
    ],
    [
      'login-not-taken',
      'a login where none is taken',
      () => ({ ...good(), brokers: [platform.servers.kafka.withoutLogin] }),
    ],
    [
      'wrong-host',
      'the certificate of another host',
      () => ({ ...good(), brokers: [platform.servers.kafka.tls.wronghost] }),
    ],
    [
      'expired',
      'an expired certificate',
      () => ({ ...good(), brokers: [platform.servers.kafka.tls.expired] }),
    ],
    [
      'unknown-authority',
      'an unknown authority',
      () => ({ ...good(), brokers: [platform.servers.kafka.tls.foreign] }),
    ],
    ['tls-required', 'plaintext to a TLS port', () => ({ ...good(), ssl: false })],
    [
      'tls-not-spoken',
      'TLS to a plaintext port',
      () => ({ ...good(), brokers: [platform.servers.kafka.plaintext] }),
    ],
    [
      'no-rights',
      'a user without ACLs',
      () => ({ ...good(), sasl: { ...sasl, username: 'nobody', password: 'nobody-secret' } }),
    ],
    ['unknown-host', 'a host nobody knows', () => ({ ...good(), brokers: ['nowhere.invalid:9092'] })],
    [
      'refused',
      'a port nobody listens on',
      () => ({ ...good(), brokers: [`127.0.0.1:${platform.closedPort}`] }),
    ],
    [
      'silent',
      'a port that never answers',
      () => ({ ...good(), brokers: [`127.0.0.1:${platform.silentPort}`] }),
    ],
  ];
  const good = (): KafkaConnection => ({
    brokers: [platform.servers.kafka.tls.good],
    ssl: { ca: readFileSync(platform.servers.certificates.authority, 'utf8') },
    sasl,
  });

  it.each(kafkaFaults)(
    'of Kafka is named %s: %s',
    async (name, _, connection) => {
      const message = await messageOf(() =>
        describeTopic(connection(), 'product.events', { withinMs: name === 'silent' ? 3_000 : 20_000 }),
      );
      expect(message).toContain(`Kafka at ${connection().brokers[0]} ${connectionFaults[name].words} (`);
    },
    60_000,
  );

  const node = (): string => platform.servers.elasticsearch.node;
  const authority = (): { ca: string } => ({
    ca: readFileSync(platform.servers.certificates.authority, 'utf8'),
  });
  const login = { username: 'feeder', password: 'feeder-secret' };
  type Elasticsearch = Parameters<typeof createElasticsearchClient>[0];
  const elasticsearchFaults: [FaultName, string, () => Elasticsearch][] = [
    [
      'wrong-credentials',
      'a wrong password',
      () => ({ node: node(), tls: authority(), auth: { ...login, password: 'wrong' } }),
    ],
    ['no-credentials', 'no login', () => ({ node: node(), tls: authority() })],
    ['unknown-authority', 'an unknown authority', () => ({ node: node(), auth: login })],
    [
      'wrong-host',
      'the certificate of another host',
      () => ({ node: node().replace('localhost', '127.0.0.1'), tls: authority(), auth: login }),
    ],
    [
      'tls-required',
      'http to the https port',
      () => ({ node: node().replace('https', 'http'), auth: login }),
    ],
    ['refused', 'a port nobody listens on', () => ({ node: `http://127.0.0.1:${platform.closedPort}` })],
    ['silent', 'a port that never answers', () => ({ node: `http://127.0.0.1:${platform.silentPort}` })],
    ['unknown-host', 'a host nobody knows', () => ({ node: 'http://nowhere.invalid:9200' })],
  ];

  it.each(elasticsearchFaults)(
    'of Elasticsearch is named %s: %s',
    async (name, _, connection) => {
      const client = createElasticsearchClient(connection(), { requestTimeoutMs: 3_000 });
      const pool = createReadModelPool(databaseUrl('reprise_feeder', 'reprise_read'));
      const projection = projections.find(({ storage }) => storage.kind === 'elasticsearch')!;
      const store = openGenerationStore(projection, {
        client,
        pool,
        retryBudgetMs: 1,
      });
      const message = await messageOf(() => store.observeReaders());
      await Promise.all([client.close(), pool.end()]);
      const { host } = new URL(connection().node);
      expect(message).toContain(`Elasticsearch at ${host} ${connectionFaults[name].words} (`);
    },
    60_000,
  );

  const database = 'reprise_read';
  const postgresFaults: [FaultName, string, () => string][] = [
    [
      'wrong-credentials',
      'a wrong password',
      () => databaseUrl('reprise_feeder', database, { password: 'wrong' }),
    ],
    ['no-database', 'a database that is not there', () => databaseUrl('reprise_feeder', 'nowhere')],
    ['no-rights', 'a database this user may not enter', () => databaseUrl('reprise_feeder', 'reprise_write')],
    [
      'unknown-authority',
      'an unknown authority',
      () => databaseUrl('reprise_feeder', database, { options: 'sslmode=verify-full' }),
    ],
    [
      'wrong-host',
      'the certificate of another host',
      () => databaseUrl('reprise_feeder', database, { host: '127.0.0.1' }),
    ],
    [
      'tls-required',
      'no TLS where it is asked for',
      () => databaseUrl('reprise_feeder', database, { options: 'sslmode=disable' }),
    ],
    ['refused', 'a port nobody listens on', () => `postgres://a:b@127.0.0.1:${platform.closedPort}/c`],
    ['silent', 'a port that never answers', () => `postgres://a:b@127.0.0.1:${platform.silentPort}/c`],
    ['unknown-host', 'a host nobody knows', () => 'postgres://a:b@nowhere.invalid:5432/c'],
  ];

  it.each(postgresFaults)(
    'of Postgres is named %s: %s',
    async (name, _, url) => {
      const pool = createReadModelPool(url());
      const message = await messageOf(() =>
        retrying(pool, 'answer', () => pool.query('SELECT 1'), { budgetMs: 1 }),
      );
      await pool.end();
      const { host, pathname } = new URL(url());
      expect(message).toContain(`Postgres at ${host}${pathname} ${connectionFaults[name].words} (`);
    },
    60_000,
  );
});

describe('a process whose login is refused', () => {
  const wrong = {
    kafka: { KAFKA_SASL_PASSWORD: 'wrong' },
    elasticsearch: { ELASTICSEARCH_PASSWORD: 'wrong' },
    postgres: (variable: string, role: string, name: string): Env => ({
      [variable]: databaseUrl(role, name, { password: 'wrong' }),
    }),
  };
  const cases: [ProcessName, string, () => Env][] = [
    [
      'product-api',
      'Postgres',
      () => wrong.postgres('WRITE_DATABASE_URL', 'reprise_product_api', 'reprise_write'),
    ],
    ['outbox-relay', 'Kafka', () => wrong.kafka],
    [
      'outbox-relay',
      'Postgres',
      () => wrong.postgres('OUTBOX_DATABASE_URL', 'reprise_relay', 'reprise_write'),
    ],
    ['projection-consumer', 'Kafka', () => wrong.kafka],
    ['projection-consumer', 'Elasticsearch', () => wrong.elasticsearch],
    [
      'projection-consumer',
      'Postgres',
      () => wrong.postgres('EVENT_STORE_DATABASE_URL', 'reprise_event_reader', 'reprise_write'),
    ],
    ['search-api', 'Elasticsearch', () => wrong.elasticsearch],
    ['rebuild-job', 'Kafka', () => wrong.kafka],
    ['rebuild-job', 'Elasticsearch', () => wrong.elasticsearch],
    [
      'rebuild-job',
      'Postgres',
      () => wrong.postgres('READ_MODEL_DATABASE_URL', 'reprise_feeder', 'reprise_read'),
    ],
    [
      'migrate',
      'Postgres',
      () => wrong.postgres('READ_MODEL_DATABASE_OWNER_URL', 'reprise_read', 'reprise_read'),
    ],
  ];

  it.concurrent.each(cases)(
    'ends with 1 and the words of the table: %s, %s',
    async (name, server, more) => {
      const args =
        name === 'rebuild-job' ? ['rebuild', '--projection', 'product_search', '--mode', 'DRY_RUN'] : [];
      const app = spawnApp(`apps/${name}/src/main.ts`, {
        args,
        env: { ...platform.environment[name], ...more() },
      });
      const { code } = await app.exit(120_000);
      expect([code, textOf(app)]).toEqual([
        1,
        expect.stringMatching(
          `${server} at localhost:\\d+\\S* ${connectionFaults['wrong-credentials'].words} `,
        ),
      ]);
      expect(textOf(app)).not.toContain('-secret');
    },
    150_000,
  );
});
