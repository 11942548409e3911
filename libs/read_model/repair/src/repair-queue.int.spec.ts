import { createReadModelPool, runReadModelMigrations } from '@reprise/read-model-indices';
import { afterFile, eventually, freshDatabase } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { RepairQueue, type ClaimRequest } from './repair-queue.ts';
import type { NewRepairTask } from './repair-task.ts';

const projection = 'product_search';
const taskOf = (aggregateId: string, changes: Partial<NewRepairTask> = {}): NewRepairTask => ({
  projection,
  projectionVersion: 1,
  aggregateType: 'product',
  aggregateId,
  reason: 'verify',
  ...changes,
});
const claimOf = (changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  holder: 'a worker',
  limit: 10,
  leaseMs: 600_000,
  projections: [{ name: projection, version: 1 }],
  ...changes,
});

let pool: Pool;
let queue: RepairQueue;

beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  afterFile(() => pool.end());
});

beforeEach(async () => {
  await pool.query('TRUNCATE registry.repair_tasks, registry.repair_refusals');
  queue = new RepairQueue(pool, { maxFailures: 3 });
});

describe('adding', () => {
  it('keeps one task per aggregate and projection version, however often it is asked for', async () => {
    expect(await queue.add([taskOf('a'), taskOf('b'), taskOf('a')])).toEqual({
      added: 2,
      known: 1,
      refused: [],
      unstorable: [],
    });
    const again = taskOf('a', { reason: 'gap', error: 'version 3 is missing' });
    expect(await queue.add([again, taskOf('a', { projectionVersion: 2 })])).toMatchObject({
      added: 1,
      known: 1,
    });
    const results = await Promise.all(Array.from({ length: 8 }, () => queue.add([taskOf('c')])));
    expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(1);
    const tasks = await queue.list({ limit: 10 });
    expect(tasks.map(({ aggregateId, projectionVersion }) => `${aggregateId}${projectionVersion}`)).toEqual([
      'a1',
      'b1',
      'a2',
      'c1',
    ]);
    expect(tasks[0]).toMatchObject({ reason: 'gap', error: 'version 3 is missing', state: 'OPEN' });
  });

  it('C13: refuses what is beyond the bound, says which, counts it, and drops nothing that was taken', async () => {
    const small = new RepairQueue(pool, { maxTasks: 10 });
    const some = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => taskOf(`${name}${i}`));
    expect((await small.add(some('a', 6))).refused).toEqual([]);
    const results = await Promise.all(['b', 'c', 'd'].map((name) => small.add(some(name, 3))));
    expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(4);
    const refused = results.flatMap((result) => result.refused);
    expect(refused).toHaveLength(5);
    const { open, refused: counted, lastRefusedAt } = await small.counts();
    expect([open, counted, lastRefusedAt]).toEqual([10, 5, expect.any(Date)]);
    // What is known already is no new task: it is asked for again, full or not.
    expect(await small.add(some('a', 6))).toMatchObject({ added: 0, known: 6, refused: [] });
    const held = new Set((await small.list({ limit: 100 })).map(({ aggregateId }) => aggregateId));
    for (const { aggregateId } of refused) expect(held.has(aggregateId)).toBe(false);
  });

  it('gives ids that no document can have back as such, not as if it were full, and takes the others', async () => {
    const bad = ['', 'x'.repeat(513), 'a\0b', '\ud800'].map((id) => taskOf(id));
    const result = await queue.add([...bad, taskOf('Straße ☂', { error: 'with a \0 in it' })]);
    expect(result).toEqual({ added: 1, known: 0, refused: [], unstorable: bad });
    expect(await queue.counts()).toMatchObject({ open: 1, refused: 0 });
  });
});

describe('claiming', () => {
  it('gives every task to exactly one of many workers at once', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `p${i}`);
    await queue.add(ids.map((id) => taskOf(id)));
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, i) => queue.claim(claimOf({ limit: 30, holder: `worker ${i}` }))),
    );
    const claimed = claims.flat().map(({ aggregateId }) => aggregateId);
    expect(claimed.length).toBe(new Set(claimed).size);
    const rest = await queue.claim(claimOf({ limit: 200 }));
    expect([...claimed, ...rest.map(({ aggregateId }) => aggregateId)].sort()).toEqual(ids.sort());
  });

  it('leaves tasks of other versions and projections to those who can repair them', async () => {
    await queue.add([taskOf('a', { projectionVersion: 2 }), taskOf('a', { projection: 'other' })]);
    expect(await queue.claim(claimOf())).toEqual([]);
    const projections = [{ name: 'other', version: 1 }];
    expect(await queue.claim(claimOf({ projections }))).toHaveLength(1);
  });

  it('C13: lets another worker have a task when the lease of a dead one ends, and a late word of the dead one counts for nothing', async () => {
    await queue.add([taskOf('a')]);
    const [dead] = await queue.claim(claimOf({ holder: 'dead' }));
    expect(await queue.claim(claimOf())).toEqual([]);
    await pool.query('UPDATE registry.repair_tasks SET next_attempt_at = now(), lease_expires_at = now()');
    const [next, ...others] = await queue.claim(claimOf({ holder: 'next' }));
    expect(others).toEqual([]);
    expect(next).toMatchObject({ attempts: 2, failures: 1, lease: { holder: 'next' } });
    expect(await queue.complete(dead!)).toBe('lost');
    expect(await queue.fail(dead!, { error: 'late', counts: true, retryInMs: 0 })).toBeUndefined();
    expect(await queue.complete(next!)).toBe('done');
    expect(await queue.counts()).toMatchObject({ open: 0, failed: 0, oldestOpenSeconds: null });
  });

  it('gives a task up whose workers die over it again and again', async () => {
    await queue.add([taskOf('a')]);
    await eventually(async () => {
      await queue.claim(claimOf({ leaseMs: 1 }));
      expect(await queue.counts()).toMatchObject({ open: 0, failed: 1 });
    });
    const [task] = await queue.list({ state: 'FAILED', limit: 1 });
    expect(task).toMatchObject({ attempts: 3, error: expect.stringContaining('a worker') });
  });
});

describe('a task that fails', () => {
  it('waits before each next attempt and is abandoned after the last', async () => {
    await queue.add([taskOf('a')]);
    for (const state of ['OPEN', 'OPEN', 'FAILED'] as const) {
      const [task] = await queue.claim(claimOf());
      expect(await queue.fail(task!, { error: 'no remedy', counts: true, retryInMs: 0 })).toBe(state);
    }
    expect(await queue.claim(claimOf())).toEqual([]);
    expect(await queue.add([taskOf('a')])).toMatchObject({ known: 1 });
    const [again] = await queue.claim(claimOf());
    await queue.fail(again!, { error: 'no remedy', counts: true, retryInMs: 600_000 });
    expect(await queue.claim(claimOf())).toEqual([]);
  });

  it('is never abandoned for a fault that is not its own', async () => {
    await queue.add([taskOf('a')]);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const [task] = await queue.claim(claimOf());
      expect(task).toMatchObject({ attempts: attempt, failures: 0 });
      expect(await queue.fail(task!, { error: 'no server', counts: false, retryInMs: 0 })).toBe('OPEN');
    }
  });

  it('is taken once by a drain of the whole queue, waiting or abandoned', async () => {
    await queue.add([taskOf('waits'), taskOf('is abandoned')]);
    for (const task of await queue.claim(claimOf()))
      await queue.fail(task, { error: 'x', counts: true, retryInMs: 600_000 });
    await pool.query(`UPDATE registry.repair_tasks SET state = 'FAILED' WHERE aggregate_id = 'is abandoned'`);
    const notSince = await queue.now();
    const claimed = await queue.claim(claimOf({ notSince }));
    expect(claimed).toHaveLength(2);
    for (const task of claimed) await queue.fail(task, { error: 'x', counts: true, retryInMs: 0 });
    expect(await queue.claim(claimOf({ notSince }))).toEqual([]);
  });
});

it('keeps a task that was asked for again while it was worked on', async () => {
  await queue.add([taskOf('a')]);
  const [first] = await queue.claim(claimOf());
  await queue.add([taskOf('a', { reason: 'gap' })]);
  expect(await queue.claim(claimOf())).toEqual([]);
  expect(await queue.complete(first!)).toBe('asked-again');
  const [second] = await queue.claim(claimOf());
  expect(await queue.complete(second!)).toBe('done');
});

it('gives a task back as if it had not been taken up', async () => {
  await queue.add([taskOf('a')]);
  const [task] = await queue.claim(claimOf());
  await queue.release(task!);
  expect(await queue.claim(claimOf())).toMatchObject([{ attempts: 1, failures: 0 }]);
});

it('takes out what was repaired without it, but nothing that is worked on or was asked for again', async () => {
  await queue.add(['done', 'worked on', 'asked again'].map((id) => taskOf(id)));
  await pool.query(
    `UPDATE registry.repair_tasks SET next_attempt_at = 'infinity' WHERE aggregate_id <> 'worked on'`,
  );
  await queue.claim(claimOf());
  const since = await queue.now();
  await queue.add([taskOf('asked again')]);
  await queue.settle(
    ['done', 'worked on', 'asked again'].map((id) => taskOf(id)),
    since,
  );
  const left = await queue.list({ limit: 10 });
  expect(left.map(({ aggregateId }) => aggregateId).sort()).toEqual(['asked again', 'worked on']);
});

it('lets go of tasks of versions that no generation is of any more', async () => {
  await pool.query(`
    INSERT INTO registry.generations (uuid, projection, name, storage, fingerprint, projection_version, topic, topic_id, state)
    SELECT gen_random_uuid(), 'product_search', 'g' || version, 'postgres', 'f', version, 't', 't', state
    FROM (VALUES (1, 'RETIRED'), (2, 'STANDBY'), (3, 'PRUNED')) AS given (version, state)`);
  await queue.add([1, 2, 3, 4].map((projectionVersion) => taskOf('a', { projectionVersion })));
  expect(await queue.dropObsolete()).toBe(3);
  expect(await queue.list({ limit: 10 })).toMatchObject([{ projectionVersion: 2 }]);
});
