import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { eventually } from '@reprise/test-kit';
import { LeaseLost } from '../errors.ts';
import { newGeneration } from './testing/new-generation.ts';
import { testRegistry } from '../testing/registry-database.ts';
import { acquireLease } from './leases.ts';
import type { Registry } from './registry.ts';
import type { Fence } from './leases.ts';

describe('the lease of a projection', () => {
  let pool: Pool;
  let registry: Registry;

  beforeAll(async () => {
    ({ pool, registry } = await testRegistry());
  });

  const acquire = (projection: string, ttlMs = 600_000, runId: string = randomUUID()) =>
    registry.acquireLease(projection, { runId, holder: `host:${runId}`, ttlMs });

  async function hold(projection: string, ttlMs = 600_000): Promise<Fence> {
    const attempt = await acquire(projection, ttlMs);
    if (!attempt.acquired) throw new Error(`${projection} is held by ${attempt.runId}`);
    return attempt.fence;
  }

  async function expire(fence: Fence): Promise<void> {
    await registry.renewLease(fence, 1);
    await sleep(2);
  }

  it('is given to exactly one of many that ask at once, and names that one to the others', async () => {
    for (const projection of ['p1', 'p2', 'p3', 'p4', 'p5']) {
      const attempts = await Promise.all(Array.from({ length: 8 }, () => acquire(projection)));
      const winners = attempts.flatMap((attempt) => (attempt.acquired ? [attempt.fence.runId] : []));
      expect(winners).toHaveLength(1);
      for (const attempt of attempts.filter(({ acquired }) => !acquired)) {
        expect(attempt).toMatchObject({ runId: winners[0], holder: `host:${winners[0]}` });
        const { expiresInMs, startedAt } = attempt as Extract<typeof attempt, { acquired: false }>;
        expect(expiresInMs).toBeGreaterThan(300_000);
        expect(expiresInMs).toBeLessThanOrEqual(600_000);
        expect(startedAt).toBeInstanceOf(Date);
      }
    }
  });

  it('gives every holder a higher token than the one before, after expiry and after release alike', async () => {
    const tokens: bigint[] = [];
    for (let i = 0; i < 6; i++) {
      const fence = await hold('rising');
      tokens.push(fence.token);
      await (i % 2 === 0 ? registry.releaseLease(fence) : expire(fence));
    }
    expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('can be renewed after it ran out as long as nobody took it', async () => {
    const fence = await hold('late');
    await expire(fence);
    await registry.renewLease(fence, 600_000);
    expect(await acquire('late')).toMatchObject({ acquired: false, runId: fence.runId });
  });

  it('refuses the same run from a second process', async () => {
    const fence = await hold('twice');
    expect(await acquire('twice', 600_000, fence.runId)).toMatchObject({ acquired: false });
  });

  it('is found again by a call that is sent twice because its answer was lost, under a higher token', async () => {
    const request = { runId: randomUUID(), holder: 'h', ttlMs: 600_000 };
    const call = randomUUID();
    const lost = await acquireLease(pool, 'lost answer', request, call);
    const again = await acquireLease(pool, 'lost answer', request, call);
    if (!lost.acquired || !again.acquired) throw new Error('not acquired');
    expect(again.fence.token).toBeGreaterThan(lost.fence.token);
    await registry.assertFence(again.fence);
  });

  it('refuses the old fence everywhere once another run took it over', async () => {
    const old = await hold('taken');
    const generation = await registry.createGeneration(newGeneration('taken', old.runId), old);
    await registry.startRun({ ...run('taken', old.runId), fence: old });
    await expire(old);
    const fence = await hold('taken');

    const refused = [
      () => registry.renewLease(old, 600_000),
      () => registry.assertFence(old),
      () => registry.createGeneration(newGeneration('taken', old.runId), old),
      () => registry.moveGeneration(generation.uuid, ['BUILDING'], 'BUILT', { fence: old }),
      () => registry.recordCutover('taken', generation.uuid, old),
      () => registry.advancePositions(generation.uuid, new Map([[0, 9n]]), { fence: old }),
      () => registry.startRun({ ...run('taken', old.runId), fence: old }),
      () => registry.saveProgress(old.runId, { checkpoint: { at: 9 } }, old),
      () => registry.endRun(old.runId, { state: 'DONE', outcome: 'done', exitCode: 0 }, old),
    ];
    for (const call of refused) await expect(call()).rejects.toBeInstanceOf(LeaseLost);

    expect(await registry.listGenerations({ projection: 'taken' })).toMatchObject([{ state: 'BUILDING' }]);
    expect(await registry.positions(generation.uuid)).toEqual(new Map());
    expect(await registry.findRun(old.runId)).toMatchObject({ state: 'RUNNING', checkpoint: null });
    await registry.releaseLease(old);
    await registry.assertFence(fence);
    expect(await acquire('taken')).toMatchObject({ acquired: false, runId: fence.runId });
  });

  it('refuses the fence after its release', async () => {
    const fence = await hold('released');
    await registry.releaseLease(fence);
    await expect(registry.renewLease(fence, 1_000)).rejects.toBeInstanceOf(LeaseLost);
    await expect(registry.assertFence(fence)).rejects.toBeInstanceOf(LeaseLost);
  });

  it('lets a take-over wait for a fenced transaction that is under way', async () => {
    const old = await hold('in flight');
    const generation = await registry.createGeneration(newGeneration('in flight', old.runId), old);
    await expire(old);
    const client = await pool.connect();
    let taken = false;
    try {
      await client.query('BEGIN');
      await registry.advancePositions(generation.uuid, new Map([[0, 5n]]), { fence: old, client });
      const takeover = hold('in flight').then(() => (taken = true));
      await untilBlocked(pool);
      expect(taken).toBe(false);
      await client.query('COMMIT');
      await takeover;
    } finally {
      client.release();
    }
    expect(await registry.positions(generation.uuid)).toEqual(new Map([[0, 5n]]));
  });

  it('is kept while a session shows its holder alive, and free at once when that session is gone', async () => {
    const fence = await hold('present');
    const presence = await registry.showPresence(fence);
    expect(await acquire('present')).toMatchObject({ acquired: false, runId: fence.runId });
    await presence.end();
    await eventually(async () => expect(await acquire('present')).toMatchObject({ acquired: true }));
    await expect(registry.renewLease(fence, 600_000)).rejects.toBeInstanceOf(LeaseLost);
  });

  it('does not look at the clock of the client', async () => {
    const fence = await hold('clock', 600_000);
    const now = Date.now;
    try {
      Date.now = () => now() + 86_400_000;
      expect(await acquire('clock')).toMatchObject({ acquired: false, runId: fence.runId });
      Date.now = () => now() - 86_400_000;
      await expire(fence);
      expect(await acquire('clock')).toMatchObject({ acquired: true });
    } finally {
      Date.now = now;
    }
  });

  it.each([
    ['a day back', -86_400_000],
    ['a day ahead', 86_400_000],
  ])(
    "is taken and renewed for its time by the database's clock, whatever the process's says: %s",
    async (_what, off) => {
      const projection = `clock off by ${off}`;
      const now = Date.now;
      Date.now = () => now() + off;
      try {
        const fence = await hold(projection, 600_000);
        expect(await leftOf(projection)).toEqual([600_000]);
        await registry.renewLease(fence, 300_000);
        expect(await leftOf(projection)).toEqual([300_000]);
      } finally {
        Date.now = now;
      }
    },
  );

  /** What is left of a lease, in milliseconds, rounded up to 10 s, by the database's clock. */
  async function leftOf(projection: string): Promise<number[]> {
    const { rows } = await pool.query<{ left: number }>(
      `SELECT 10000 * ceil(extract(epoch FROM expires_at - clock_timestamp()) / 10)::float8 AS left
       FROM registry.leases WHERE projection = $1`,
      [projection],
    );
    return rows.map(({ left }) => left);
  }
});

function run(projection: string, runId: string) {
  return { runId, projection, mode: 'APPLY', source: 'kafka', host: 'host', pid: 1, user: 'someone' };
}

async function untilBlocked(pool: Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    if (rows.length > 0) return;
  }
}
