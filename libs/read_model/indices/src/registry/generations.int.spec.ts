import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { CutoverConflict } from '../errors.ts';
import type { Generation } from '../generation/generation.ts';
import { newGeneration } from './testing/new-generation.ts';
import { testRegistry, type TestRegistry } from '../testing/registry-database.ts';
import { UnknownGeneration } from './errors.ts';
import { moveGeneration } from './generations.ts';
import type { Registry } from './registry.ts';
import type { NewGeneration } from './generations.ts';
import type { Fence } from './leases.ts';

describe('generations in the registry', () => {
  let pool: Pool;
  let registry: Registry;
  let hold: TestRegistry['hold'];

  beforeAll(async () => {
    ({ pool, registry, hold } = await testRegistry());
  });

  async function create(
    fence: Fence,
    changes: Partial<NewGeneration> = {},
    state?: Generation['state'],
  ): Promise<Generation> {
    const generation = await registry.createGeneration(
      newGeneration(fence.projection, fence.runId, changes),
      fence,
    );
    if (state !== undefined) await registry.moveGeneration(generation.uuid, ['BUILDING'], state);
    return generation;
  }

  it('begin BUILDING and are found by name and by uuid', async () => {
    const fence = await hold('found');
    const given = newGeneration('found', fence.runId);
    const generation = await registry.createGeneration(given, fence);
    expect(generation).toMatchObject({ ...given, state: 'BUILDING', digest: null });
    expect(generation.createdAt).toBeInstanceOf(Date);
    expect(await registry.createGeneration(given, fence)).toEqual(generation);
    expect(await registry.findGeneration(given.name)).toEqual(generation);
    expect(await registry.findGeneration(given.uuid.toUpperCase())).toEqual(generation);
    expect(await registry.findGeneration('no such one')).toBeUndefined();
  });

  it('are listed newest first, by projection, states and fingerprint', async () => {
    const fence = await hold('listed');
    const a = await create(fence);
    const b = await create(fence, { fingerprint: 'other' }, 'FAILED');
    const c = await create(fence, {}, 'BUILT');
    const names = async (filter: Parameters<Registry['listGenerations']>[0]) =>
      (await registry.listGenerations({ projection: 'listed', ...filter })).map(({ uuid }) => uuid);
    expect(await names({})).toEqual([c.uuid, b.uuid, a.uuid]);
    expect(await names({ states: ['BUILDING', 'FAILED'] })).toEqual([b.uuid, a.uuid]);
    expect(await names({ fingerprint: 'other' })).toEqual([b.uuid]);
    expect(await names({ states: [] })).toEqual([]);
  });

  it('change their state only from one of the expected ones', async () => {
    const { uuid } = await create(await hold('moved'));
    expect(await registry.moveGeneration(uuid, ['BUILT', 'FAILED'], 'VERIFIED')).toBe(false);
    expect(await registry.findGeneration(uuid)).toMatchObject({ state: 'BUILDING' });
    expect(await registry.moveGeneration(uuid, ['BUILDING'], 'BUILT', { digest: 'd' })).toBe(true);
    expect(await registry.moveGeneration(uuid, ['BUILT'], 'VERIFIED')).toBe(true);
    expect(await registry.findGeneration(uuid)).toMatchObject({ state: 'VERIFIED', digest: 'd' });
    expect(await registry.moveGeneration(randomUUID(), ['BUILT'], 'VERIFIED')).toBe(false);
  });

  it('are moved once by callers that race for the same change', async () => {
    const { uuid } = await create(await hold('raced'));
    const moved = await Promise.all(
      Array.from({ length: 6 }, () => registry.moveGeneration(uuid, ['BUILDING'], 'BUILT')),
    );
    expect(moved.filter(Boolean)).toHaveLength(1);
  });

  it('recognise a change that is sent twice because its answer was lost', async () => {
    const { uuid } = await create(await hold('sent twice'));
    const call = randomUUID();
    expect(await moveGeneration(pool, uuid, ['BUILDING'], 'BUILT', {}, call)).toBe(true);
    expect(await moveGeneration(pool, uuid, ['BUILDING'], 'BUILT', {}, call)).toBe(true);
  });

  it('are LIVE one at a time: a cutover leaves the one before STANDBY and can be recorded again', async () => {
    const fence = await hold('cut over');
    const a = await create(fence, {}, 'VERIFIED');
    const b = await create(fence, {}, 'VERIFIED');
    const states = async () => [
      (await registry.findGeneration(a.uuid))?.state,
      (await registry.findGeneration(b.uuid))?.state,
    ];
    await registry.recordCutover('cut over', a.uuid, fence);
    expect(await states()).toEqual(['LIVE', 'VERIFIED']);
    await registry.recordCutover('cut over', b.uuid, fence);
    expect(await states()).toEqual(['STANDBY', 'LIVE']);
    const changedAt = (await registry.findGeneration(b.uuid))?.stateChangedAt;
    await registry.recordCutover('cut over', b.uuid);
    expect((await registry.findGeneration(b.uuid))?.stateChangedAt).toEqual(changedAt);
    await expect(registry.moveGeneration(a.uuid, ['STANDBY'], 'LIVE')).rejects.toBeInstanceOf(
      CutoverConflict,
    );
    expect(await states()).toEqual(['STANDBY', 'LIVE']);
  });

  it('refuse a cutover to a generation that is not of the projection', async () => {
    const other = await create(await hold('other'), {}, 'VERIFIED');
    const fence = await hold('refused');
    const live = await create(fence, {}, 'VERIFIED');
    await registry.recordCutover('refused', live.uuid);
    await expect(registry.recordCutover('refused', other.uuid)).rejects.toBeInstanceOf(UnknownGeneration);
    expect(await registry.findGeneration(live.uuid)).toMatchObject({ state: 'LIVE' });
  });

  it('end with one LIVE however many cutovers of a projection are recorded at once', async () => {
    const fence = await hold('many');
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await create(fence, {}, 'VERIFIED'));
    await Promise.all(all.map(({ uuid }) => registry.recordCutover('many', uuid)));
    const states = (await registry.listGenerations({ projection: 'many' })).map(({ state }) => state);
    expect(states.sort()).toEqual(['LIVE', 'STANDBY', 'STANDBY', 'STANDBY', 'STANDBY']);
  });

  it('hold positions that never go back, whatever is written in whatever order and at once', async () => {
    const fence = await hold('positions');
    const advance = fc.uniqueArray(fc.tuple(fc.nat(5), fc.bigInt(0n, 2n ** 63n - 1n)), {
      selector: ([partition]) => partition,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(advance, { maxLength: 8 }), async (advances) => {
        const { uuid } = await create(fence);
        const expected = new Map<number, bigint>();
        for (const [partition, position] of advances.flat()) {
          const held = expected.get(partition);
          if (held === undefined || position > held) expected.set(partition, position);
        }
        await Promise.all(advances.map((positions) => registry.advancePositions(uuid, new Map(positions))));
        const stored = await registry.positions(uuid);
        expect([...stored]).toEqual([...expected].sort(([a], [b]) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('advance their positions with the transaction they are part of, or not at all', async () => {
    const { uuid } = await create(await hold('rolled back'));
    const client = await pool.connect();
    await client.query('BEGIN');
    await registry.advancePositions(uuid, new Map([[0, 7n]]), { client });
    await client.query('ROLLBACK');
    client.release();
    expect(await registry.positions(uuid)).toEqual(new Map());
  });
});
