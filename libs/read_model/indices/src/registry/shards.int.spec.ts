import { randomUUID } from 'node:crypto';
import { LeaseLost } from '../errors.ts';
import { newGeneration } from './testing/new-generation.ts';
import { testRegistry } from '../testing/registry-database.ts';
import type { Registry } from './registry.ts';
import type { Fence } from './leases.ts';

describe('builds by shards in the registry', () => {
  let registry: Registry;

  beforeAll(async () => {
    ({ registry } = await testRegistry());
  });

  async function hold(lease: string, ttlMs = 60_000): Promise<Fence> {
    const attempt = await registry.acquireLease(lease, { runId: randomUUID(), holder: 'spec', ttlMs });
    if (!attempt.acquired) throw new Error(`${lease} is held by ${attempt.runId}`);
    return attempt.fence;
  }

  const start = (fence: Fence, projection: string, shard: string | null) =>
    registry.startRun({
      runId: fence.runId,
      projection,
      mode: 'APPLY',
      source: 'kafka',
      shard,
      fence,
      host: 'host',
      pid: 1,
      user: 'someone',
    });

  /** An open build by two shards, under the lease of the whole. */
  async function opened(projection: string) {
    const whole = await hold(projection);
    const { uuid: generation } = await registry.createGeneration(newGeneration(projection, null), whole);
    const checkpoint = { ends: { 0: '3' } };
    await registry.shards.open({ generation, projection, shards: 2, job: 'a', checkpoint }, whole);
    return { generation, whole, checkpoint };
  }

  it('keep what all shards begin with and what each of them has finished', async () => {
    const { generation, checkpoint } = await opened('kept');
    const own = await hold('kept 1/2');
    await registry.shards.join(generation, 1, own);
    await registry.shards.saveCheckpoint(generation, 1, { finished: { 1: {} } }, own);
    await registry.shards.markBuilt(generation, 1, own);
    const build = (await registry.shards.newest('kept'))!;
    expect(build).toMatchObject({ generation, shards: 2, job: 'a', checkpoint, outcome: null });
    expect(build.parts).toMatchObject([
      { shard: 0, runId: null, checkpoint: null, built: false, reported: false },
      { shard: 1, runId: own.runId, checkpoint: { finished: { 1: {} } }, built: true, reported: false },
    ]);
    expect(build.parts[1]!.idleMs).toBeLessThan(600_000);
    expect(await registry.shards.ofJob('kept', 'a')).toEqual(expect.objectContaining({ generation }));
    expect(await registry.shards.ofJob('kept', 'b')).toBeUndefined();
  });

  it('take nothing from a shard whose lease is another one’s', async () => {
    const { generation } = await opened('fenced');
    const own = await hold('fenced 0/2');
    await registry.releaseLease(own);
    await hold('fenced 0/2');
    const { shards } = registry;
    for (const late of [
      () => shards.join(generation, 0, own),
      () => shards.saveCheckpoint(generation, 0, {}, own),
      () => shards.markBuilt(generation, 0, own),
      () => shards.markReported(generation, 0, own),
    ])
      await expect(late()).rejects.toBeInstanceOf(LeaseLost);
    expect((await shards.ofGeneration(generation))!.parts[0]).toMatchObject({
      runId: null,
      checkpoint: null,
      built: false,
      reported: false,
    });
  });

  it('are neither opened nor opened again by a run that lost the lease of the whole', async () => {
    const whole = await hold('replaced');
    const { uuid: generation } = await registry.createGeneration(newGeneration('replaced', null), whole);
    const build = { generation, projection: 'replaced', shards: 2, job: null, checkpoint: {} };
    await registry.releaseLease(whole);
    const successor = await hold('replaced');
    await expect(registry.shards.open(build, whole)).rejects.toBeInstanceOf(LeaseLost);
    expect(await registry.shards.newest('replaced')).toBeUndefined();
    await registry.shards.open(build, successor);
    await expect(registry.shards.open({ ...build, shards: 5 }, whole)).rejects.toBeInstanceOf(LeaseLost);
    expect((await registry.shards.newest('replaced'))!.parts).toHaveLength(2);
  });

  it('are open one at a time, keep their first outcome, and start over when opened again', async () => {
    const { generation, whole, checkpoint } = await opened('single');
    const other = await registry.createGeneration(newGeneration('single', null), whole);
    const second = { generation: other.uuid, projection: 'single', shards: 3, job: null, checkpoint };
    await expect(registry.shards.open(second, whole)).rejects.toThrow(/sharded_builds_one_open/);
    await registry.shards.close(generation, 'promoted', whole);
    await registry.shards.close(generation, 'refused', whole);
    expect((await registry.shards.ofGeneration(generation))!.outcome).toBe('promoted');
    await registry.shards.open(second, whole);
    expect((await registry.shards.newest('single'))!.generation).toBe(other.uuid);
    await registry.shards.open({ ...second, shards: 1 }, whole);
    expect((await registry.shards.newest('single'))!.parts).toHaveLength(1);
  });

  it('show whose leases are held, those of other projections apart', async () => {
    const leases = ['held', 'held 0/2', 'held 1/2', 'held_other', 'held_other 0/2'];
    const fences = await Promise.all(leases.map((lease) => hold(lease)));
    await registry.releaseLease(fences[2]!);
    expect((await registry.heldLeases('held')).map(({ lease }) => lease)).toEqual(['held', 'held 0/2']);
    expect((await registry.heldLeases('held'))[1]).toMatchObject({
      runId: fences[1]!.runId,
      holder: 'spec',
    });
  });

  it('have their own runs, dead only when their lease is', async () => {
    const alive = await hold('beside 0/2');
    const dead = await hold('beside 1/2');
    for (const [fence, shard] of [[alive, '0/2'] as const, [dead, '1/2'] as const])
      await start(fence, 'beside', shard);
    await registry.releaseLease(dead);
    const whole = await hold('beside');
    await start(whole, 'beside', null);
    const third = await hold('beside 1/2');
    await start(third, 'beside', '1/2');
    const states = await Promise.all(
      [alive, dead, whole, third].map(async ({ runId }) => (await registry.findRun(runId))!.state),
    );
    expect(states).toEqual(['RUNNING', 'INTERRUPTED', 'RUNNING', 'RUNNING']);
  });

  it('are asked to stop all at once', async () => {
    for (const shard of ['0/2', '1/2']) await start(await hold(`stopped ${shard}`), 'stopped', shard);
    await registry.requestCancel('stopped');
    const runs = await registry.listRuns({ projection: 'stopped', limit: 5 });
    expect(runs.map(({ cancelRequestedAt }) => cancelRequestedAt !== null)).toEqual([true, true]);
  });

  it('do not keep an interrupted run of the whole from being resumed when a shard of it has ended', async () => {
    const { generation, whole } = await opened('resumed');
    await start(whole, 'resumed', null);
    await registry.saveProgress(whole.runId, { checkpoint: {}, generation }, whole);
    const own = await hold('resumed 0/2');
    await start(own, 'resumed', '0/2');
    await registry.saveProgress(own.runId, { generation }, own);
    await registry.endRun(own.runId, { state: 'DONE', outcome: 'shard-built', exitCode: 0 }, own);
    expect(await registry.interruptedRun('resumed')).toMatchObject({ runId: whole.runId });
  });
});
