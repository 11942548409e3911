import { contexts } from './contexts.ts';
import { endpointNames, environmentOf, exportLines, type StackEnvironment } from './environment.ts';
import { newSecret } from './instance/passwords.ts';
import type { InstanceState } from './instance/state.ts';

const state: InstanceState = {
  format: 1,
  kind: 'embedded',
  dataDirectory: '/work/.stack',
  fsync: true,
  servers: {
    postgres: { port: 5432 },
    kafka: { port: 9092, innerPort: 9093 },
    elasticsearch: { port: 9200 },
  },
};

describe('environmentOf', () => {
  it('gives every endpoint, each database with the role that may use it', () => {
    expect(environmentOf(state, '/instance')).toMatchObject({
      KAFKA_BROKERS: '127.0.0.1:9092',
      ELASTICSEARCH_NODE: 'http://127.0.0.1:9200',
      WRITE_DATABASE_URL: 'postgres://reprise_product_api:reprise_product_api@127.0.0.1:5432/reprise_write',
      OUTBOX_DATABASE_URL: 'postgres://reprise_relay:reprise_relay@127.0.0.1:5432/reprise_write',
      WRITE_DATABASE_OWNER_URL: 'postgres://reprise_write:reprise_write@127.0.0.1:5432/reprise_write',
      READ_MODEL_DATABASE_URL: 'postgres://reprise_feeder:reprise_feeder@127.0.0.1:5432/reprise_read',
      READ_MODEL_DATABASE_OWNER_URL: 'postgres://reprise_read:reprise_read@127.0.0.1:5432/reprise_read',
      EVENT_STORE_DATABASE_URL:
        'postgres://reprise_event_reader:reprise_event_reader@127.0.0.1:5432/reprise_write',
      RECRUITING_WRITE_DATABASE_URL:
        'postgres://reprise_recruiting_api:reprise_recruiting_api@127.0.0.1:5432/reprise_recruiting',
      RECRUITING_EVENT_STORE_DATABASE_URL:
        'postgres://reprise_event_reader:reprise_event_reader@127.0.0.1:5432/reprise_recruiting',
      RECRUITING_OUTBOX_DATABASE_URL:
        'postgres://reprise_relay:reprise_relay@127.0.0.1:5432/reprise_recruiting',
      RECRUITING_WRITE_DATABASE_OWNER_URL:
        'postgres://reprise_recruiting:reprise_recruiting@127.0.0.1:5432/reprise_recruiting',
      POSTGRES_ADMIN_URL: 'postgres://postgres:postgres@127.0.0.1:5432/postgres',
    });
  });

  it('names a separate password for each role of an instance that has a secret, the same one every time', () => {
    const secret = newSecret();
    const passwords = (environment: StackEnvironment | undefined) =>
      Object.values(environment ?? {}).flatMap((url) =>
        url.startsWith('postgres:') ? new URL(url).password : [],
      );
    const first = passwords(environmentOf({ ...state, secret }, '/instance'));
    expect(new Set(first).size).toBe(7 + 2 * contexts.length);
    for (const password of first) expect(password).toMatch(/^[0-9a-f]{32}$/);
    expect(passwords(environmentOf({ ...state, secret }, '/instance'))).toEqual(first);
    expect(passwords(environmentOf({ ...state, secret: newSecret() }, '/instance'))).not.toEqual(first);
  });

  it('gives none while a server has no port yet', () => {
    expect(environmentOf({ ...state, servers: { postgres: { port: 5432 } } }, '/instance')).toBeUndefined();
  });
});

describe('exportLines', () => {
  it('prints one line per endpoint that a shell reads back unchanged', () => {
    const environment = environmentOf(state, '/instance') as StackEnvironment;
    const lines = exportLines(environment).trimEnd().split('\n');
    const names = [...endpointNames, 'POSTGRES_ADMIN_URL'] as const;
    expect(lines).toEqual(names.map((name) => `export ${name}=${environment[name]}`));
    for (const line of lines) expect(line).toMatch(/^export [A-Z0-9_]+=[\w:/.@]+$/);
  });

  it('quotes what a shell would take apart', () => {
    const developmentKey = 'rp_dev_0_1';
    const lines = exportLines(environmentOf({ ...state, developmentKey }, "/it's here") as StackEnvironment);
    expect(lines).toContain("export ACCESS_KEYS_FILE='/it'\\''s here/access-keys.json'\n");
    expect(lines).toContain('export REPRISE_API_KEY=rp_dev_0_1\n');
  });
});
