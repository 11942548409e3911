import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { down, reset } from './commands/down.ts';
import { sql } from './commands/sql.ts';
import { formatStatus, status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { contexts, namesOf } from './contexts.ts';
import { endpointNames, type StackEnvironment } from './environment.ts';
import { readState, writeState, type InstanceState, type ServerState } from './instance/state.ts';
import { commandLine, signalProcess } from './processes.ts';
import { queryPostgres } from './servers/databases.ts';
import { servers, serverPids } from './servers/list.ts';
import { poll } from './waiting.ts';

const directory = join(mkdtempSync(join(tmpdir(), 'stack-')), 'instance');
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const allPids = (state: InstanceState): number[] => servers.flatMap((server) => serverPids(server, state));
const currentState = () => readState(directory) as InstanceState;
const bringUp = () => up({ directory, fsync: false });

describe('an instance of the stack', () => {
  let environment: StackEnvironment;
  beforeAll(async () => {
    process.env['REPRISE_ES_HEAP'] = '512m';
    ({ environment } = await bringUp());
  }, 300_000);
  afterAll(async () => {
    await reset({ directory });
    rmSync(join(directory, '..'), { recursive: true, force: true });
  });

  it('comes up beside any other one, with all servers ready', async () => {
    const result = await status(directory);
    expect(formatStatus(result)).toMatch(
      /postgres +ready +\d+ +\d+ +18\.[\s\S]*kafka +ready[\s\S]*elasticsearch +ready/,
    );
    expect(environment).toMatchObject({ KAFKA_BROKERS: `127.0.0.1:${currentState().servers.kafka?.port}` });
  });

  it('lets each role connect to its own database only', async () => {
    const rows = await queryPostgres(
      currentState(),
      'postgres',
      `SELECT rolname, has_database_privilege(rolname, 'reprise_write', 'CONNECT') AS write,
              has_database_privilege(rolname, 'reprise_read', 'CONNECT') AS read,
              has_database_privilege(rolname, 'reprise_recruiting', 'CONNECT') AS recruiting
       FROM pg_roles WHERE rolname ~ '^reprise' ORDER BY rolname`,
    );
    const others = contexts.filter((context): boolean => context !== 'recruiting').map(namesOf);
    const none = { write: false, read: false, recruiting: false };
    const expected = [
      ...others.flatMap(({ database, login }) => [database, login]).map((rolname) => ({ rolname, ...none })),
      { rolname: 'reprise_event_reader', write: true, read: false, recruiting: true },
      { rolname: 'reprise_feeder', write: false, read: true, recruiting: false },
      { rolname: 'reprise_product_api', write: true, read: false, recruiting: false },
      { rolname: 'reprise_read', write: false, read: true, recruiting: false },
      { rolname: 'reprise_recruiting', write: false, read: false, recruiting: true },
      { rolname: 'reprise_recruiting_api', write: false, read: false, recruiting: true },
      { rolname: 'reprise_relay', write: true, read: false, recruiting: true },
      { rolname: 'reprise_write', write: true, read: false, recruiting: false },
    ];
    expect(rows).toEqual(expected.toSorted((a, b) => (a.rolname < b.rolname ? -1 : 1)));
  });

  it('lets nobody into Postgres without the password of the role', async () => {
    const connect = (change: (url: URL) => void) => async () => {
      const url = new URL(environment.POSTGRES_ADMIN_URL);
      change(url);
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      const { rows } = await client.query('SELECT current_user AS role').finally(() => client.end());
      return (rows[0] as { role: string }).role;
    };
    await expect(connect(() => undefined)()).resolves.toBe('postgres');
    await expect(connect((url) => (url.password = 'postgres'))()).rejects.toThrow(
      /password authentication failed/,
    );
    await expect(connect((url) => (url.password = ''))()).rejects.toThrow(/password/);
    for (const name of endpointNames.filter((one) => one.includes('DATABASE'))) {
      await expect(connect((url) => (url.href = environment[name]))()).resolves.toMatch(/^reprise_/);
    }
  });

  it('shows the rows of a query, and refuses one that would change something', async () => {
    const query = (text: string, options = {}) =>
      sql({ directory, query: text, writeSide: false, json: false, ...options });
    await expect(query("SELECT 1 AS one, NULL AS none, 'two' AS two")).resolves.toBe(
      'one  none  two\n1          two',
    );
    await expect(query('SELECT current_database() AS name', { json: true, writeSide: true })).resolves.toBe(
      '[{"name":"reprise_write"}]',
    );
    await expect(query('CREATE TABLE mine (id int)')).rejects.toThrow(
      /cannot execute CREATE TABLE in a read-only transaction\. Nothing was changed/,
    );
    await expect(query('SELECT 1; SELECT 2')).rejects.toThrow(/cannot insert multiple commands/);
  });

  it('keeps its files from every other account', () => {
    const { dataDirectory } = currentState();
    const modes = (folder: string, names: string[]) =>
      names.map((name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`);
    const inside = ['postgres', 'kafka', 'elasticsearch', 'logs'];
    expect(modes(dataDirectory, inside)).toEqual(inside.map((name) => `${name} 700`));
    expect(modes(directory, ['instance.json'])).toEqual(['instance.json 600']);
    expect(statSync(directory).mode & 0o066).toBe(0);
  });

  it.each(servers.map(({ name }) => [name]))(
    'never takes a %s of another instance for its own',
    async (name) => {
      const other = mkdtempSync(join(tmpdir(), 'stack-other-'));
      mkdirSync(join(other, 'kafka/data'), { recursive: true });
      writeFileSync(join(other, 'kafka/data/meta.properties'), 'cluster.id=AnotherClusterAltogether\n');
      const { port } = currentState().servers[name] as ServerState;
      const state = { ...currentState(), dataDirectory: other };
      state.servers = { ...state.servers, [name]: { port, pid: process.pid } };
      const server = servers.find((one) => one.name === name);
      await expect(server?.check(currentState())).resolves.toMatch(/^\d/);
      await expect(server?.check(state)).rejects.toThrow(`answers on port ${port} is not this instance's`);
      rmSync(other, { recursive: true });
    },
  );

  it('never lets Elasticsearch create an index automatically', async () => {
    const body = JSON.stringify({ a: 1 });
    const headers = { 'content-type': 'application/json' };
    const url = `${environment.ELASTICSEARCH_NODE}/typing_error/_doc/1`;
    expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(404);
  });

  it('restarts only the server that crashed, on its port, though its pid belongs to another process now', async () => {
    const before = currentState();
    signalProcess(before.servers.postgres?.pid as number, 'SIGKILL');
    const died = await poll(async () => ((await status(directory)).up ? undefined : true), {
      timeoutMs: 60_000,
    });
    expect(died.ok).toBe(true);
    expect((await status(directory)).servers[0]?.health).toBe('crashed');
    const recycled = currentState();
    recycled.servers.postgres = { port: before.servers.postgres?.port as number, pid: process.pid };
    writeState(directory, recycled);

    const [first, second] = await Promise.all([bringUp(), bringUp()]);
    expect([first.started, second.started].toSorted()).toEqual([[], ['postgres']]);
    const after = currentState();
    expect(after.servers.postgres?.port).toBe(before.servers.postgres?.port);
    expect(after.servers.kafka).toEqual(before.servers.kafka);
    expect(after.servers.elasticsearch).toEqual(before.servers.elasticsearch);
    expect(commandLine(process.pid)).toBeDefined();
  });

  it('is left up by a command that only used it, whose exit code is passed on', () => {
    const script = 'process.exit(process.env.KAFKA_BROKERS === process.argv[1] ? 7 : 1)';
    const command = [process.execPath, '-e', script, environment.KAFKA_BROKERS];
    const { status: code } = spawnSync(process.execPath, [main, 'run', '--dir', directory, '--', ...command]);
    expect(code).toBe(7);
    expect(allPids(currentState())).toHaveLength(3);
  });

  it('leaves no process behind when it goes down, and keeps its data', async () => {
    const stopped = await down({ directory });
    expect(stopped.toSorted()).toEqual(['elasticsearch', 'kafka', 'postgres']);
    const state = currentState();
    expect(allPids(state)).toEqual([]);
    expect(existsSync(join(state.dataDirectory, 'postgres/data/PG_VERSION'))).toBe(true);
    expect(await down({ directory })).toEqual([]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGKILL', null],
  ] as const)(
    'leaves no process behind when the run that brings it up gets %s',
    async (signal, expected) => {
      const command = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
      const child = spawn(process.execPath, [main, 'run', '--dir', directory, '--', ...command], {
        stdio: 'ignore',
      });
      const code = new Promise((resolve) => child.once('exit', resolve));
      const begun = await poll(() => (allPids(currentState()).length > 1 ? true : undefined), {
        timeoutMs: 60_000,
      });
      expect(begun.ok).toBe(true);
      child.kill(signal);
      expect(await code).toBe(expected);
      const gone = () =>
        allPids(currentState()).length === 0 && currentState().transient === undefined ? true : undefined;
      expect((await poll(gone, { timeoutMs: 60_000 })).ok).toBe(true);
    },
    150_000,
  );

  describe('whose starts were cut off, in the folder of an older version', () => {
    beforeAll(async () => {
      const state = currentState();
      const at = (...path: string[]) => join(state.dataDirectory, ...path);
      // What an interrupted first start of Elasticsearch leaves.
      mkdirSync(at('elasticsearch/config'), { recursive: true });
      rmSync(at('elasticsearch/config/elasticsearch.keystore'), { force: true });
      writeFileSync(at('elasticsearch/config/elasticsearch.keystore.tmp'), '');
      // No secret, and a Postgres that trusts everybody.
      const { secret, ...old } = state;
      expect(secret).toBeDefined();
      writeState(directory, old);
      rmSync(at('postgres/password.sha256'));
      writeFileSync(at('postgres/data/pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
      for (const name of ['postgres', 'kafka', 'elasticsearch', 'logs']) chmodSync(at(name), 0o755);
      ({ environment } = await bringUp());
    }, 300_000);

    it('comes up', async () => {
      expect(await status(directory)).toMatchObject({ up: true });
    });

    it('has passwords and closed folders from then on', async () => {
      const { dataDirectory, secret } = currentState();
      expect(secret).toBeDefined();
      const guess = { ...currentState(), secret: undefined };
      await expect(queryPostgres(guess, 'postgres', 'SELECT 1')).rejects.toThrow(
        /password authentication failed/,
      );
      await expect(queryPostgres(currentState(), 'postgres', 'SELECT 1')).resolves.toHaveLength(1);
      expect(statSync(join(dataDirectory, 'elasticsearch')).mode & 0o777).toBe(0o700);
    });
  });
});
