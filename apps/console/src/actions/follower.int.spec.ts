import { randomUUID } from 'node:crypto';
import type { Registry } from '@reprise/read-model-indices';
import { silentLogger } from '@reprise/runtime';
import type { Pool } from 'pg';
import type { JobHandle, JobStarter } from '../jobs/job-starter.ts';
import { localProcesses } from '../jobs/local-processes.ts';
import { ownRegistry } from '../testing/own-registry.ts';
import { Actions } from './actions.ts';
import { recordAttempt } from './recorded-attempt.ts';

const projection = 'product_search';
const day = '24 hours 1 second';
let pool: Pool;
let registry: Registry;
let processes: JobStarter;

beforeAll(async () => {
  const own = await ownRegistry();
  ({ pool, registry } = own);
  processes = localProcesses({ command: [process.execPath], env: process.env, directory: own.folder });
});

const follow = (jobs = processes, signal?: AbortSignal): Promise<void> =>
  new Actions({
    ...{ registry, jobs, approvalMs: 60_000, onChange: () => undefined, logger: silentLogger() },
  }).follow(signal);

/** An action that runs, by what a console of that host wrote down. */
async function running({ host, runId }: { readonly host?: string; readonly runId?: string } = {}) {
  const id = randomUUID();
  const entered = await registry.requested.enter({
    ...{ id, action: 'rebuild', projection, request: { action: 'rebuild', projection, options: {} } },
    ...{ arguments: ['rebuild'], state: 'starting', requestedBy: 'key:ada' },
  });
  await recordAttempt(registry, entered);
  await registry.requested.change(id, ['starting'], {
    ...{ state: 'running', started: true, ...(runId !== undefined && { runIds: [runId] }) },
    job: { ...processes.place(id), ...(host !== undefined && { host, pid: 7 }) },
  });
  return id;
}
const found = async (id: string) => (await registry.requested.find(id))!;
const aged = (id: string, by: string) =>
  pool.query('UPDATE registry.requested_actions SET started_at = started_at - $2::interval WHERE id = $1', [
    id,
    by,
  ]);

describe('an action of another host, where this console cannot look', () => {
  const there = { host: 'a-container-that-is-gone' };

  it('is waited for, and is lost once nothing was heard of it for a day, which its outcome says', async () => {
    const [old, young] = [await running(there), await running(there)];
    await aged(old, day);
    await aged(young, '23 hours');
    await follow();
    expect((await found(young)).state).toBe('running');
    expect(await found(old)).toMatchObject({
      state: 'lost',
      message: expect.stringMatching(
        /^It ran as process 7 on a-container-that-is-gone, where this console cannot look, and nothing was heard of it for 24 hours/,
      ),
    });
    const attempts = await registry.audit.list({ limit: 10 });
    expect(attempts.find(({ attempt }) => attempt === old)).toMatchObject({ outcome: { exitCode: 137 } });
  });

  it('runs while its run holds the lease, however old, and is lost once that is gone for a while', async () => {
    const runId = randomUUID();
    const lease = await registry.acquireLease(projection, { runId, holder: 'a test', ttlMs: 600_000 });
    if (!lease.acquired) throw new Error('somebody holds the lease');
    const who = { mode: 'rebuild', source: 'kafka', host: there.host, pid: 7, user: 'ada' };
    await registry.startRun({ runId, projection, ...who, fence: lease.fence });
    const id = await running({ ...there, runId });
    const silent = (by: string) =>
      pool.query('UPDATE registry.runs SET started_at = started_at - $2::interval WHERE run_id = $1', [
        runId,
        by,
      ]);
    await aged(id, day);
    await silent('9 minutes');
    await follow();
    await registry.releaseLease(lease.fence);
    await follow();
    expect((await found(id)).state).toBe('running');
    const again = await registry.acquireLease(projection, { runId, holder: 'a test', ttlMs: 600_000 });
    await silent('2 minutes');
    await follow();
    expect((await found(id)).state).toBe('running');
    await registry.releaseLease((again as typeof lease).fence);
    await follow();
    expect(await found(id)).toMatchObject({
      ...{ state: 'lost', runIds: [runId] },
      message: expect.stringContaining('it holds no lease any more'),
    });
  });
});

it('begins with no further one once it is to stop, however many are left', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => running()));
  const stop = new AbortController();
  const looked: JobHandle[] = [];
  const look = (handle: JobHandle) => {
    stop.abort();
    looked.push(handle);
    return processes.look(handle);
  };
  await follow({ ...processes, look }, stop.signal);
  expect(looked).toHaveLength(1);
  expect(await Promise.all(ids.map(async (id) => (await found(id)).state))).toContain('running');
});

it('follows the newest first, so that hundreds left behind long ago keep none from being followed', async () => {
  await pool.query(
    `INSERT INTO registry.requested_actions (id, action, projection, request, arguments, state, requested_by, requested_at, started_at, job)
     SELECT gen_random_uuid(), 'verify', 'product_search', '{}', '{}', 'running', 'key:ada', now() - interval '1 hour', now(),
       '{"kind":"process","host":"another","folder":"/nowhere"}' FROM generate_series(1, 500)`,
  );
  const id = await running();
  await follow();
  expect((await found(id)).state).toBe('lost');
});

it('follows all others where one cannot be followed, whatever is wrong with it', async () => {
  const ids = [await running(), await running(), await running()];
  const bad = ids[1]!;
  const look = (handle: JobHandle) =>
    String(handle['folder']).endsWith(bad) ? Promise.reject(new TypeError('a test')) : processes.look(handle);
  await follow({ ...processes, look });
  expect(await Promise.all(ids.map(async (id) => (await found(id)).state))).toEqual([
    'lost',
    'running',
    'lost',
  ]);
});
