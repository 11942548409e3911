import { once } from 'node:events';
import { connect } from 'node:net';
import {
  afterFile,
  documentedMetrics,
  eventually,
  exposedMetrics,
  freshDatabase,
  metricsOf,
  spawnApp,
  type SpawnedApp,
  testCredential,
} from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { callsTo, problemOf } from '@reprise/write-api/testing';
import { mug, writeSide, type WriteSide } from './testing/write-side.ts';

const start = (writeDatabaseUrl: string | undefined, more: Record<string, string> = {}): SpawnedApp =>
  spawnApp('apps/product-api/src/main.ts', {
    env: { WRITE_DATABASE_URL: writeDatabaseUrl, PRODUCT_API_PORT: '0', ...more },
  });

describe('the process', () => {
  let side: WriteSide;

  beforeAll(async () => {
    side = await writeSide(2);
  });

  it('counts its commands, and on SIGTERM answers the request in flight before it ends with 0', async () => {
    const app = start(side.fresh.productApiUrl);
    const { origin } = await app.ready();
    const call = callsTo(origin);
    const created = await call('POST', '/v1/products', { body: mug });
    const path = `/v1/products/${String(created.body?.['id'])}`;
    await call('POST', `${path}/publish`, { headers: { 'if-match': '"7"' } });
    const metrics = await metricsOf(origin);
    expect(metrics).toMatch(
      /^product_commands_total\{command="create",outcome="written",app="product-api"\} 1$/m,
    );
    expect(metrics).toMatch(
      /^product_commands_total\{command="publish",outcome="stale",app="product-api"\} 1$/m,
    );
    // No relay runs here: what waits is seen all the same.
    expect(metrics).toMatch(/^outbox_unpublished_events\{app="product-api"\} 1$/m);
    expect(metrics).toMatch(/^outbox_relay_leads\{app="product-api"\} 0$/m);
    expect(metrics).toMatch(/^outbox_oldest_unpublished_age_seconds\{app="product-api"\} 0\.\d*[1-9]|[1-9]/m);
    expect(metrics).toMatch(/^product_command_duration_seconds_count\{[^}]*command="create"[^}]*\} 1$/m);
    expect(exposedMetrics(metrics)).toEqual(documentedMetrics('product-api'));

    const blocker = await side.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE outbox_events IN ACCESS EXCLUSIVE MODE');
    const inFlight = call('POST', `${path}/publish`, { headers: { 'if-match': '"1"' } });
    await eventually(async () => {
      const [row] = (
        await side.asAdmin(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).rows;
      expect(row?.['waiting']).toBe(1);
    });
    app.signal('SIGTERM');
    await eventually(() => expect(fetch(`${origin}/health/live`)).rejects.toThrow());
    await blocker.query('COMMIT');
    blocker.release();
    expect((await inFlight).body).toMatchObject({ status: 'published', version: 2 });
    expect(await app.exit()).toEqual({ code: 0, signal: null });
  });

  it('on SIGTERM ends although a client sends its body a byte at a time and others hold connections open', async () => {
    const app = start(side.fresh.productApiUrl);
    const { port } = await app.ready();
    const { authorization } = testCredential;
    const head = `POST /v1/products HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\n`;
    const slow = `${head}expect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n`;
    const sockets = ['', `${head}x: `, slow].map((text) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text)).on('error', () => undefined);
      const drip = setInterval(() => text !== '' && socket.write(' '), 100);
      socket.once('close', () => clearInterval(drip));
      return socket;
    });
    // By this answer the server has the headers of the slow body.
    await once(sockets[2]!, 'data');
    app.signal('SIGTERM');
    expect(await app.exit()).toEqual({ code: 0, signal: null });
    await app.logged({ level: 'warn', requests: 1, msg: 'cut off requests that took longer than 10000 ms' });
  });

  it('started while Postgres is away listens, is not ready and says why in its log, and works once it is there', async () => {
    const proxy = await tcpProxy(side.fresh.productApiUrl);
    afterFile(proxy.close);
    await proxy.set('refuse');
    const app = start(proxy.through(side.fresh.productApiUrl));
    const { port } = await app.logged({ msg: 'listening' });
    const call = callsTo(`http://127.0.0.1:${String(port)}`);
    await app.logged({ msg: 'the write database cannot be reached; retrying' });
    expect((await call('GET', '/health/live')).status).toBe(200);
    const ready = await call('GET', '/health/ready');
    expect(problemOf(ready)).toBe('503 not-ready');
    expect((await call('GET', '/health/checks')).body).toMatchObject({ checks: { writeDatabase: 'failed' } });
    const logged = await app.logged({ msg: 'not ready', check: 'writeDatabase' });
    expect(logged['reason']).toContain('The write database has not been reached yet');
    expect(problemOf(await call('POST', '/v1/products', { body: mug }))).toBe('503 dependency-unavailable');
    await proxy.set('pass');
    await app.ready();
    expect((await call('POST', '/v1/products', { body: mug })).status).toBe(201);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('writes no secret of its database into its log, and can be stopped while it waits for it', async () => {
    const url = new URL(side.fresh.productApiUrl);
    url.password = 'planted-secret-7f';
    url.port = '1';
    const app = start(url.href);
    await app.logged({ msg: 'the write database cannot be reached; retrying' });
    expect(await app.kill()).toEqual({ code: 0, signal: null });
    expect(app.output.map(({ text }) => text).join('\n')).toContain('ECONNREFUSED');
    expect(app.output.map(({ text }) => text).join('\n')).not.toContain('planted-secret-7f');
  });

  it('does not wait for a database that does not exist', async () => {
    const url = new URL(side.fresh.productApiUrl);
    url.pathname = '/no_such_database';
    expect(await start(url.href).exit()).toMatchObject({ code: 1 });
  });

  it('does not start on a database that lacks migrations, and says what to run', async () => {
    const { url } = await freshDatabase('write');
    const app = start(url);
    expect(await app.exit()).toMatchObject({ code: 1 });
    expect(app.output.at(-1)?.text).toContain('npm run -s migrate');
  });

  it('does not start with settings it cannot use, and names all of them', async () => {
    const app = start(undefined, { WRITE_DATABASE_POOL_SIZE: 'many' });
    expect(await app.exit()).toMatchObject({ code: 1 });
    const last = app.output.at(-1)?.text;
    expect(last).toContain('WRITE_DATABASE_URL is not set');
    expect(last).toContain('WRITE_DATABASE_POOL_SIZE must be');
  });
});
