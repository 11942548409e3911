import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Admin } from '@platformatic/kafka';
import pg from 'pg';
import { reset } from './commands/down.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import type { StackEnvironment } from './environment.ts';
import { loginOf } from './instance/security.ts';
import { readState, writeState } from './instance/state.ts';
import { commandLine } from './processes.ts';
import { askSecurely } from './servers/elasticsearch-security.ts';

const directory = join(mkdtempSync(join(tmpdir(), 'stack-')), 'instance');

describe('an instance with --secure', () => {
  let environment: StackEnvironment;
  let ca: Buffer;

  beforeAll(async () => {
    process.env['REPRISE_ES_HEAP'] = '512m';
    ({ environment } = await up({ directory, fsync: false, secure: true }));
    ca = readFileSync(environment.KAFKA_SSL_CA_FILE!);
  }, 400_000);
  afterAll(async () => {
    await reset({ directory });
    rmSync(join(directory, '..'), { recursive: true, force: true });
  });

  /** What comes of work on Kafka: its result, or the codes of its errors. */
  async function onKafka(login: object, work: (admin: Admin) => Promise<unknown>): Promise<string> {
    const bootstrapBrokers = [environment.KAFKA_BROKERS];
    const admin = new Admin({ clientId: 'test', bootstrapBrokers, retries: 0, timeout: 15_000, ...login });
    const outcome = await work(admin).then(
      () => 'done',
      (error: unknown) => inspect(error, { depth: 10 }),
    );
    await admin.close().catch(() => undefined);
    return outcome;
  }
  const sasl = (password = environment.KAFKA_SASL_PASSWORD!) => ({
    tls: { ca },
    sasl: { mechanism: 'SCRAM-SHA-512' as const, username: environment.KAFKA_SASL_USERNAME!, password },
  });
  const asked = (path: string, username: string, password: string) =>
    askSecurely(`${environment.ELASTICSEARCH_NODE}${path}`, { ca, username, password }).then(
      () => 'done',
      String,
    );
  async function connected(url: string): Promise<string> {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    const outcome = await client.connect().then(() => 'done', String);
    await client.end().catch(() => undefined);
    return outcome;
  }

  it('is ready, and stays secured when it is brought up without the word', async () => {
    expect((await status(directory)).up).toBe(true);
    expect((await up({ directory })).environment).toEqual(environment);
  });

  it('lets the applications in with what env prints', async () => {
    const { ELASTICSEARCH_USERNAME: user = '', ELASTICSEARCH_PASSWORD: password = '' } = environment;
    expect(await onKafka(sasl(), (admin) => admin.metadata({ topics: ['product.events'] }))).toBe('done');
    expect(await asked('/_cluster/health', user, password)).toBe('done');
    expect(await connected(environment.READ_MODEL_DATABASE_URL)).toBe('done');
  });

  it('lets nobody in without TLS, or with a wrong password', async () => {
    const { ELASTICSEARCH_NODE: node, ELASTICSEARCH_USERNAME: user = '' } = environment;
    const list = (admin: Admin) => admin.listTopics();
    expect(await onKafka({}, list)).not.toBe('done');
    expect(await onKafka(sasl('wrong'), list)).toMatch(/authentication failed/i);
    await expect(fetch(node.replace('https', 'http'))).rejects.toThrow();
    expect(await asked('/_cluster/health', user, 'wrong')).toContain('answered 401');
    const withoutTls = environment.READ_MODEL_DATABASE_URL.replace(/\?.*/, '');
    expect(await connected(withoutTls)).toContain('no encryption');
    expect(
      await connected(environment.READ_MODEL_DATABASE_URL.replace(/:[0-9a-f]{32}@/, ':wrong@')),
    ).toContain('password authentication failed');
  });

  it('gives the applications no right beyond those that are documented', async () => {
    const { ELASTICSEARCH_USERNAME: user = '', ELASTICSEARCH_PASSWORD: password = '' } = environment;
    const created = await onKafka(sasl(), (admin) =>
      admin.createTopics({ topics: [{ topic: 'others.events', partitions: 1, replicas: 1 }] }),
    );
    expect(created).toMatch(/AUTHORIZATION_FAILED|not authorized/i);
    expect(await asked('/_security/role', user, password)).toContain('answered 403');
    expect(await asked('/others/_search', user, password)).toContain('answered 403');
  });

  it('keeps the key of its authority to itself, and no password on a command line', () => {
    expect(statSync(join(directory, 'authority/ca.key')).mode & 0o77).toBe(0);
    expect(statSync(join(directory, 'authority')).mode & 0o77).toBe(0);
    const state = readState(directory)!;
    const passwords = (['admin', 'reprise'] as const).map((user) => loginOf(state, user).password);
    for (const { pid } of Object.values(state.servers))
      for (const password of passwords) expect(commandLine(pid!)!.text).not.toContain(password);
  });
});

it('takes no instance over that was made without', async () => {
  const other = join(mkdtempSync(join(tmpdir(), 'stack-')), 'instance');
  writeState(other, { format: 1, kind: 'embedded', dataDirectory: other, fsync: true, servers: {} });
  await expect(up({ directory: other, secure: true })).rejects.toThrow('made without --secure');
  rmSync(join(other, '..'), { recursive: true });
});
