import { afterFile, freshDatabase } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { runReadModelMigrations } from '../migrations/read-model-migrations.ts';
import { createReadModelPool } from '../postgres/pool.ts';
import { BlockedAggregates } from './blocked-aggregates.ts';
import { DeadLetterActions } from './dead-letter-actions.ts';

const scope = { topicId: 'a-topic', projection: 'product_search' };
const key = { partition: 2, offset: 2n ** 60n, reason: 'not-applicable' };

let pool: Pool;
let blocked: BlockedAggregates;

beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  blocked = new BlockedAggregates(pool);
  afterFile(() => pool.end());
});

const block = (aggregateId: string, version: number, lastParked = version, remedySought = true) =>
  blocked.block(scope, [{ aggregateId, version, ...key, remedySought, lastParked }]);

describe('blocked aggregates', () => {
  it('are found at exactly the version that blocks, in their own read model', async () => {
    await block('a', 4);
    const needed = (version: number) => [{ aggregateId: 'a', version }];
    expect(await blocked.at(scope, needed(4))).toEqual(
      new Map([['a', { aggregateId: 'a', version: 4, ...key, remedySought: true, lastParked: 4 }]]),
    );
    expect(await blocked.at(scope, needed(5))).toEqual(new Map());
    expect(await blocked.at({ ...scope, projection: 'product_summary' }, needed(4))).toEqual(new Map());
    expect(await blocked.at({ ...scope, topicId: 'another' }, needed(4))).toEqual(new Map());
  });

  it('say since when the longest of them waits, each read model for itself', async () => {
    const other = { ...scope, projection: 'waiting' };
    expect(await blocked.oldestSeconds(other)).toBeUndefined();
    await blocked.block(other, [{ aggregateId: 'w', version: 2, ...key, remedySought: true, lastParked: 2 }]);
    await pool.query(
      `UPDATE registry.blocked_aggregates SET blocked_at = blocked_at - interval '1 hour' WHERE projection = 'waiting'`,
    );
    await blocked.block(other, [{ aggregateId: 'x', version: 2, ...key, remedySought: true, lastParked: 2 }]);
    expect(Math.round((await blocked.oldestSeconds(other))! / 60)).toBe(60);
  });

  it('keep their dead letter, and how far was put aside behind it, when entered again', async () => {
    await block('b', 4, 9, false);
    await blocked.block(scope, [
      {
        aggregateId: 'b',
        version: 4,
        partition: 7,
        offset: 1n,
        reason: 'other',
        remedySought: true,
        lastParked: 5,
      },
    ]);
    const [found] = [...(await blocked.at(scope, [{ aggregateId: 'b', version: 4 }])).values()];
    expect(found).toEqual({ aggregateId: 'b', version: 4, ...key, remedySought: true, lastParked: 9 });
    expect(await blocked.release(scope, 'b', 8)).toBe(true);
    expect(await blocked.release(scope, 'b', 9)).toBe(false);
  });

  it('report to a feed that puts more aside behind one that it was taken out', async () => {
    await block('c', 4);
    expect(await blocked.park(scope, [{ aggregateId: 'c', version: 4, lastParked: 6 }])).toEqual([]);
    expect(await blocked.release(scope, 'c', 5)).toBe(true);
    expect(await blocked.release(scope, 'c', 6)).toBe(false);
    expect(await blocked.park(scope, [{ aggregateId: 'c', version: 4, lastParked: 7 }])).toEqual(['c']);
  });

  it('are taken out when what waited behind them waits behind a later one', async () => {
    await block('d', 4, 9);
    await block('d', 6, 9);
    expect(await blocked.release(scope, 'd', 5)).toBe(false);
    expect(await blocked.at(scope, [{ aggregateId: 'd', version: 6 }])).toHaveProperty('size', 1);
    expect(await blocked.at(scope, [{ aggregateId: 'd', version: 4 }])).toHaveProperty('size', 0);
  });

  it('lose no event between a feed that puts aside and a redrive that takes out, however they meet', async () => {
    for (let round = 0; round < 20; round++) {
      const id = `race-${round}`;
      await block(id, 2);
      const [gone, stays] = await Promise.all([
        blocked.park(scope, [{ aggregateId: id, version: 2, lastParked: 3 }]),
        blocked.release(scope, id, 2),
      ]);
      // Either the feed learns that it has to feed the event, or the redrive that it has to look again.
      const held = (await blocked.at(scope, [{ aggregateId: id, version: 2 }])).size === 1;
      expect([gone.length === 1, held]).toEqual([!held, !gone.includes(id)]);
      expect(stays || gone.length === 1 || held).toBe(true);
    }
  });

  it('take no harm from ids the database cannot hold', async () => {
    for (const id of ['a\0b', 'x'.repeat(600), '']) {
      await block(id, 1);
      expect(await blocked.at(scope, [{ aggregateId: id, version: 1 }])).toEqual(new Map());
    }
    const actions = new DeadLetterActions(pool);
    const actor = { host: 'h', user: 'u', aggregateId: 'a\0b', version: 1 };
    await actions.record('a-topic', [
      { ...key, ...actor, action: 'redrive', outcome: 'refused', detail: 'x\0y' },
    ]);
    expect(await actions.of('a-topic', [key])).toMatchObject([{ detail: 'x\uFFFDy', offset: key.offset }]);
  });
});
