import { Client, type Pool } from 'pg';
import { testEndpoints, type FreshDatabase } from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { createReadModelPool } from '../postgres/pool.ts';
import { newGeneration } from './testing/new-generation.ts';
import { testRegistry } from '../testing/registry-database.ts';
import { Registry } from './registry.ts';
import type { Fence } from './leases.ts';

describe('the registry when its connections break', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let registry: Registry;
  let fence: Fence;

  beforeAll(async () => {
    await admin.connect();
    const own = await testRegistry();
    ({ database, pool, registry } = own);
    fence = await own.hold('p');
  });

  afterAll(async () => {
    await admin.end();
  });

  const admin = new Client({ connectionString: testEndpoints().postgresAdminUrl });
  const terminate = () =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database.name]);

  it('survives the end of idle connections and works on new ones', async () => {
    await Promise.all([1, 2, 3, 4].map(() => pool.query('SELECT pg_sleep(0.01)')));
    await terminate();
    await expect(registry.renewLease(fence, 60_000)).resolves.toBeUndefined();
  });

  it('survives the end of a connection that is out of the pool and that nobody listens to', async () => {
    const client = await pool.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    await terminate();
    await ended;
    client.release(true);
    await expect(registry.renewLease(fence, 60_000)).resolves.toBeUndefined();
  });

  it('loses no change and repeats none when its connections are ended in the middle of its calls', async () => {
    const { uuid } = await registry.createGeneration(newGeneration('p', null), fence);
    for (let position = 1n; position <= 40n; position++) {
      const saving = registry.advancePositions(uuid, new Map([[0, position]]), { fence });
      await terminate();
      await saving;
    }
    const moving = registry.moveGeneration(uuid, ['BUILDING'], 'BUILT', { fence });
    await terminate();
    expect(await moving).toBe(true);
    expect(await registry.positions(uuid)).toEqual(new Map([[0, 40n]]));
  });

  it('wakes watchers at a change of state, also after the connection of theirs was ended', async () => {
    const stop = new AbortController();
    const wakes = registry.watchGenerations({ signal: stop.signal, pollMs: 3_600_000 });
    expect(await wakes.next()).toEqual({ done: false, value: 'started' });
    expect(await wakes.next()).toEqual({ done: false, value: 'notified' });

    const { uuid } = await registry.createGeneration(newGeneration('p', null), fence);
    expect(await wakes.next()).toEqual({ done: false, value: 'notified' });
    await terminate();
    expect(await wakes.next()).toEqual({ done: false, value: 'notified' });
    await registry.moveGeneration(uuid, ['BUILDING'], 'BUILT');
    expect(await wakes.next()).toEqual({ done: false, value: 'notified' });

    const last = wakes.next();
    stop.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('wakes watchers at every interval even if nothing can be heard', async () => {
    const away = createReadModelPool('postgres://reprise_read@127.0.0.1:1/nowhere');
    const stop = new AbortController();
    const wakes = new Registry(away).watchGenerations({ signal: stop.signal, pollMs: 5 });
    expect((await wakes.next()).value).toBe('started');
    expect((await wakes.next()).value).toBe('polled');
    expect((await wakes.next()).value).toBe('polled');
    stop.abort();
    expect((await wakes.next()).done).toBe(true);
    await away.end();
  });

  it('continues when the server comes back within the budget, and says what to do when it does not', async () => {
    const proxy = await tcpProxy(database.url);
    const through = createReadModelPool(proxy.through(database.url));
    const patient = new Registry(through, { budgetMs: 90_000 });
    const impatient = new Registry(through, { budgetMs: 200 });
    await patient.renewLease(fence, 60_000);
    await proxy.set('refuse');
    await expect(impatient.renewLease(fence, 60_000)).rejects.toMatchObject({
      code: 'DEPENDENCY',
      dependency: 'postgres',
      retryable: true,
      message: expect.stringMatching(
        /did not renew the lease; trying again is safe\. Tried \d+ times\. Check that the server runs/,
      ),
    });
    const waiting = patient.renewLease(fence, 60_000);
    await proxy.set('pass');
    await expect(waiting).resolves.toBeUndefined();
    await through.end();
    await proxy.close();
  });

  it('does not wait when the login is refused', async () => {
    const wrong = new URL(database.url);
    wrong.pathname = '/no_such_database';
    const pool = createReadModelPool(wrong.href);
    await expect(new Registry(pool).listRuns({ limit: 1 })).rejects.toThrow(
      /Create the database, or correct its name/,
    );
    await pool.end();
  });
});
