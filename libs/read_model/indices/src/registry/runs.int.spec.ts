import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { newGeneration } from './testing/new-generation.ts';
import { testRegistry, type TestRegistry } from '../testing/registry-database.ts';
import type { Registry } from './registry.ts';
import type { Fence } from './leases.ts';
import type { NewRun } from './runs.ts';

describe('runs in the registry', () => {
  let registry: Registry;
  let hold: TestRegistry['hold'];

  beforeAll(async () => {
    ({ registry, hold } = await testRegistry());
  });

  const newRun = (projection: string, changes: Partial<NewRun> = {}): NewRun => ({
    runId: randomUUID(),
    projection,
    mode: 'APPLY',
    source: 'kafka',
    host: 'host',
    pid: 42,
    user: 'someone',
    ...changes,
  });

  it('keep who runs them, what they reached and how they ended', async () => {
    const fence = await hold('kept');
    const given = newRun('kept', { runId: fence.runId, fence });
    const { fence: _, ...fields } = given;
    expect(await registry.startRun(given)).toMatchObject({
      ...fields,
      state: 'RUNNING',
      fencingToken: fence.token,
      endedAt: null,
    });
    const { uuid } = await registry.createGeneration(newGeneration('kept', fence.runId), fence);
    await registry.saveProgress(given.runId, { progress: { percent: 10 }, generation: uuid }, fence);
    await registry.saveProgress(given.runId, { checkpoint: { positions: { 0: '12' } } }, fence);
    expect(await registry.findRun(given.runId)).toMatchObject({
      progress: { percent: 10 },
      checkpoint: { positions: { 0: '12' } },
      generation: uuid,
    });
    const receipt = { runId: given.runId, events: { read: 3 } };
    await registry.endRun(given.runId, { state: 'DONE', outcome: 'promoted', exitCode: 0, receipt }, fence);
    const ended = await registry.findRun(given.runId);
    expect(ended).toMatchObject({ state: 'DONE', outcome: 'promoted', exitCode: 0, receipt });
    expect(ended?.endedAt).toBeInstanceOf(Date);
  });

  it('hear of a request to cancel at their next save', async () => {
    const run = newRun('cancelled');
    await registry.startRun(run);
    expect(await registry.saveProgress(run.runId, { progress: {} })).toEqual({ cancelRequested: false });
    expect(await registry.requestCancel('cancelled')).toMatchObject({ runId: run.runId });
    expect(await registry.saveProgress(run.runId, { progress: {} })).toEqual({ cancelRequested: true });
    const { cancelRequestedAt } = (await registry.requestCancel(run.runId))!;
    await registry.endRun(run.runId, { state: 'INTERRUPTED', outcome: 'cancelled', exitCode: 130 });
    expect(await registry.requestCancel('cancelled')).toBeUndefined();
    expect(await registry.findRun(run.runId)).toMatchObject({ cancelRequestedAt });
  });

  it('are listed newest first, up to a limit', async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await registry.startRun(newRun('listed'))).runId);
    const listed = await registry.listRuns({ projection: 'listed', limit: 2 });
    expect(listed.map(({ runId }) => runId)).toEqual([ids[2], ids[1]]);
    expect((await registry.listRuns({ limit: 1 }))[0]?.runId).toBe(ids[2]);
  });

  it('that died are marked by the next one under a higher token', async () => {
    const first = await hold('died');
    const dead = newRun('died', { runId: first.runId, fence: first });
    await registry.startRun(dead);
    const dryRun = await registry.startRun(newRun('died'));
    await registry.releaseLease(first);
    const second = await hold('died');
    await registry.startRun(newRun('died', { runId: second.runId, fence: second }));
    expect(await registry.findRun(dead.runId)).toMatchObject({ state: 'INTERRUPTED', outcome: 'died' });
    expect(await registry.findRun(dryRun.runId)).toMatchObject({ state: 'RUNNING' });
  });

  describe('to be resumed', () => {
    async function interrupted(projection: string, fence: Fence): Promise<{ runId: string; uuid: string }> {
      const { uuid } = await registry.createGeneration(newGeneration(projection, null), fence);
      const run = newRun(projection, { generation: uuid, fence });
      await registry.startRun(run);
      await registry.saveProgress(run.runId, { checkpoint: { at: 1 } }, fence);
      return { runId: run.runId, uuid };
    }

    it('are the newest with a checkpoint that has no end, or ended INTERRUPTED', async () => {
      const fence = await hold('resumed');
      expect(await registry.interruptedRun('resumed')).toBeUndefined();
      const older = await interrupted('resumed', fence);
      const newer = await interrupted('resumed', fence);
      await registry.startRun(newRun('resumed'));
      expect(await registry.interruptedRun('resumed')).toMatchObject({
        runId: newer.runId,
        checkpoint: { at: 1 },
      });
      await registry.endRun(newer.runId, { state: 'INTERRUPTED', outcome: 'cancelled', exitCode: 143 });
      expect(await registry.interruptedRun('resumed')).toMatchObject({ runId: newer.runId });
      await registry.endRun(newer.runId, { state: 'FAILED', outcome: 'gate', exitCode: 2 });
      expect(await registry.interruptedRun('resumed')).toMatchObject({ runId: older.runId });
    });

    it('are none whose generation was abandoned', async () => {
      const fence = await hold('abandoned');
      const { uuid } = await interrupted('abandoned', fence);
      await registry.moveGeneration(uuid, ['BUILDING'], 'ABANDONED');
      expect(await registry.interruptedRun('abandoned')).toBeUndefined();
    });

    it('are none whose generation a later run finished', async () => {
      const fence = await hold('finished');
      const { uuid } = await interrupted('finished', fence);
      const later = newRun('finished', { generation: uuid, fence });
      await registry.startRun(later);
      await registry.moveGeneration(uuid, ['BUILDING'], 'VERIFIED');
      await registry.endRun(later.runId, { state: 'DONE', outcome: 'built', exitCode: 0 }, fence);
      expect(await registry.interruptedRun('finished')).toBeUndefined();
    });

    it('resume under their own id with their checkpoint', async () => {
      const fence = await hold('same id');
      const { runId, uuid } = await interrupted('same id', fence);
      await registry.endRun(runId, { state: 'INTERRUPTED', outcome: 'cancelled', exitCode: 143 });
      const again = await registry.startRun({ ...newRun('same id'), runId, fence });
      expect(again).toMatchObject({
        state: 'RUNNING',
        outcome: null,
        endedAt: null,
        checkpoint: { at: 1 },
        generation: uuid,
      });
    });
  });
});

describe('feeders in the registry', () => {
  let pool: Pool;
  let registry: Registry;
  const generations: string[] = [];

  beforeAll(async () => {
    const own = await testRegistry();
    ({ pool, registry } = own);
    const fence = await own.hold('p');
    for (let i = 0; i < 2; i++)
      generations.push((await registry.createGeneration(newGeneration('p', null), fence)).uuid);
    generations.sort();
  });

  it('are alive while they beat, with what they feed now', async () => {
    const [a, b] = generations as [string, string];
    await registry.beat('one', [
      { generation: a, partitions: [0, 1] },
      { generation: b, partitions: [2] },
    ]);
    await registry.beat('two', []);
    const silentMs = expect.any(Number) as number;
    expect(await registry.liveFeeders(36_000_000)).toEqual([
      {
        feederId: 'one',
        silentMs,
        attachments: [
          { generation: a, partitions: [0, 1] },
          { generation: b, partitions: [2] },
        ],
      },
      { feederId: 'two', silentMs, attachments: [] },
    ]);
    await registry.beat('one', [{ generation: b, partitions: [1, 2] }]);
    expect((await registry.liveFeeders(36_000_000))[0]).toEqual({
      feederId: 'one',
      silentMs,
      attachments: [{ generation: b, partitions: [1, 2] }],
    });
    await pool.query(
      `UPDATE registry.feeders SET heartbeat_at = now() - interval '2 hours' WHERE feeder_id = 'two'`,
    );
    expect((await registry.liveFeeders(3_600_000)).map(({ feederId }) => feederId)).toEqual(['one']);
    expect((await registry.liveFeeders(36_000_000))[1]!.silentMs).toBeGreaterThanOrEqual(7_200_000);
    await registry.removeFeeder('one');
    expect(await registry.liveFeeders(3_600_000)).toEqual([]);
  });
});
