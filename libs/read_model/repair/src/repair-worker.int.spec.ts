import { createReadModelPool, DependencyError, runReadModelMigrations } from '@reprise/read-model-indices';
import { afterFile, eventually, freshDatabase } from '@reprise/test-kit';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { RepairRefused } from './errors.ts';
import { RepairQueue } from './repair-queue.ts';
import type { NewRepairTask } from './repair-task.ts';
import {
  backoffMs,
  runRepairWorker,
  type RepairTaskWork,
  type RepairWorkerOptions,
} from './repair-worker.ts';
import { workOffRepairs } from './work-off.ts';

const projections = [{ name: 'product_search', version: 1 }];
const tasks = (...ids: string[]): NewRepairTask[] =>
  ids.map((aggregateId) => ({
    projection: 'product_search',
    projectionVersion: 1,
    aggregateType: 'product',
    aggregateId,
    reason: 'verify',
  }));
const refused = new RepairRefused('no remedy');
const away = new DependencyError('elasticsearch', 'away');

let pool: Pool;
let queue: RepairQueue;
let done: string[];

/** Work that fails as the id of the task says and succeeds otherwise. */
const work: RepairTaskWork = async ({ aggregateId }, signal) => {
  if (aggregateId.startsWith('refused')) throw refused;
  if (aggregateId.startsWith('away')) throw away;
  if (aggregateId.startsWith('hangs')) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    signal.throwIfAborted();
  }
  done.push(aggregateId);
  return [];
};

/** Runs a worker until `until` holds. */
async function working(until: () => Promise<void> | void, options: Partial<RepairWorkerOptions> = {}) {
  const stop = new AbortController();
  const running = runRepairWorker(
    { queue, repair: work, projections, holder: 'test', pollMs: 20, tasksPerSecond: 1_000, ...options },
    stop.signal,
  );
  try {
    await eventually(async () => until());
  } finally {
    stop.abort();
    await running;
  }
}
const doAgainAtOnce = () =>
  pool.query(`UPDATE registry.repair_tasks SET next_attempt_at = now() WHERE claim_id IS NULL`);

beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  afterFile(() => pool.end());
});

beforeEach(async () => {
  await pool.query('TRUNCATE registry.repair_tasks');
  queue = new RepairQueue(pool, { maxFailures: 3 });
  done = [];
});

describe('the repair worker', () => {
  it('does every task it can, also behind some that fail and some that hang, and abandons those that always fail', async () => {
    const good = Array.from({ length: 30 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    await queue.add(tasks('refused 1', 'hangs 1', 'hangs 2', 'refused 2', ...good));
    const states: string[] = [];
    await working(
      async () => {
        await doAgainAtOnce();
        expect(await queue.counts()).toMatchObject({ open: 2, failed: 2 });
        expect(done.toSorted()).toEqual(good);
      },
      {
        onFailed: (task, error, state) =>
          states.push(`${task.aggregateId} ${(error as Error).message} ${state}`),
      },
    );
    expect(states.toSorted()).toEqual(
      ['refused 1', 'refused 2'].flatMap((id) => [
        `${id} no remedy FAILED`,
        `${id} no remedy OPEN`,
        `${id} no remedy OPEN`,
      ]),
    );
  });

  it('never gives a task up because a server is away', async () => {
    await queue.add(tasks('away'));
    let failures = 0;
    await working(
      async () => {
        await doAgainAtOnce();
        expect(failures).toBeGreaterThanOrEqual(5);
      },
      { onFailed: () => failures++ },
    );
    expect(await queue.counts()).toMatchObject({ open: 1, failed: 0 });
  });

  it('waits longer after each failure', async () => {
    await queue.add(tasks('refused'));
    await working(async () => {
      const [task] = await queue.list({ limit: 1 });
      expect(task).toMatchObject({ error: 'no remedy', lease: null });
      const delay = task!.nextAttemptAt.getTime() - task!.updatedAt.getTime();
      // On a busy machine it may have failed more than once by now.
      const bound = 1_000 * 2 ** (task!.failures - 1);
      expect(delay).toBeGreaterThanOrEqual(bound / 2);
      expect(delay).toBeLessThanOrEqual(bound);
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const bound = Math.min(300_000, 1_000 * 2 ** (attempts - 1));
          expect(backoffMs(attempts, random)).toBeGreaterThanOrEqual(bound / 2);
          expect(backoffMs(attempts, random)).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });

  it('gives back what it was at when it is stopped', async () => {
    await queue.add(tasks('hangs'));
    await working(async () => expect((await queue.counts()).leased).toBe(1));
    expect(await queue.list({ limit: 1 })).toMatchObject([{ attempts: 0, failures: 0, lease: null }]);
  });

  it('gives back what it had only just taken when it is stopped', async () => {
    await queue.add(tasks('hangs'));
    const stop = new AbortController();
    const stopping: Pick<RepairQueue, 'claim' | 'release'> = {
      async claim(request) {
        const claimed = await queue.claim(request);
        stop.abort();
        return claimed;
      },
      release: (task) => queue.release(task),
    };
    await runRepairWorker(
      { queue: stopping as RepairQueue, repair: work, projections, holder: 'test' },
      stop.signal,
    );
    expect(await queue.list({ limit: 1 })).toMatchObject([{ attempts: 0, failures: 0, lease: null }]);
  });

  it('begins no more tasks a second than it may', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `p${i}`);
    await queue.add(tasks(...ids));
    let patient = false;
    setTimeout(() => (patient = true), 400);
    await working(() => expect(done).toHaveLength(20), { tasksPerSecond: 40, concurrency: 2 });
    expect(patient).toBe(true);
  });
});

describe('working the queue off', () => {
  const workOff = () =>
    workOffRepairs({ queue, repair: work, projections, holder: 'operator' }, new AbortController().signal);

  it('takes every task once, abandoned or waiting, and names the failures', async () => {
    await queue.add(tasks('refused', 'waits', 'abandoned', 'b', 'c', 'd', 'e'));
    await pool.query(`UPDATE registry.repair_tasks SET state = 'FAILED' WHERE aggregate_id = 'abandoned'`);
    await pool.query(
      `UPDATE registry.repair_tasks SET next_attempt_at = 'infinity' WHERE aggregate_id = 'waits'`,
    );
    expect(await workOff()).toEqual({
      repaired: 6,
      failures: [
        { projection: 'product_search', projectionVersion: 1, aggregateId: 'refused', error: 'no remedy' },
      ],
    });
    expect(done.toSorted()).toEqual(['abandoned', 'b', 'c', 'd', 'e', 'waits']);
    expect(await queue.counts()).toMatchObject({ open: 1, failed: 0 });
  });

  it('waits for what a worker holds, and does it itself when the worker died', async () => {
    await queue.add(tasks('a'));
    await queue.claim({ holder: 'dead', limit: 1, leaseMs: 600, projections });
    expect(await workOff()).toEqual({ repaired: 1, failures: [] });
  });

  it('ends at once when a server is away, and everything stays in the queue', async () => {
    await queue.add(tasks('away', ...Array.from({ length: 50 }, (_, i) => `p${i}`)));
    await expect(workOff()).rejects.toBe(away);
    const { open } = await queue.counts();
    expect(open + done.length).toBe(51);
    expect(done.length).toBeLessThan(50);
  });
});
