import { freshDatabase } from '@reprise/test-kit';
import { createReadModelPool } from '../postgres/pool.ts';
import { DeadLetterActions } from '../registry/dead-letter-actions.ts';
import { runReadModelMigrations } from './read-model-migrations.ts';

describe('a database in which letters were discarded before 0010_discarded_letters', () => {
  it('leaves each record out of the read models that it blocked, or else out of all', async () => {
    const database = await freshDatabase('read');
    expect((await runReadModelMigrations(database.url, { count: 6 })).at(-1)).toBe('0006_bindings');
    const pool = createReadModelPool(database.url, { max: 1 });
    try {
      await pool.query(`
        INSERT INTO registry.dead_letter_actions
          (topic_id, partition, log_offset, aggregate_id, version, action, outcome, detail, host, os_user)
        VALUES ('t', 0, 5, 'a', 2, 'redrive', 'failed', NULL, 'h', 'u'),
               ('t', 0, 5, 'a', 2, 'discard', 'discarded', 'blocks two', 'h', 'u'),
               ('t', 0, 9, NULL, NULL, 'discard', 'discarded', 'blocks none', 'h', 'u'),
               ('t', 1, 5, 'b', 3, 'discard', 'discarded', 'blocks one', 'h', 'u')`);
      await pool.query(`
        INSERT INTO registry.blocked_aggregates
          (topic_id, projection, aggregate_id, version, partition, log_offset, reason, remedy_sought, last_parked)
        VALUES ('t', 'product_search', 'a', 2, 0, 5, 'r', false, 2), ('t', 'product_summary', 'a', 2, 0, 5, 'r', false, 2),
               ('t', 'product_search', 'b', 3, 1, 5, 'r', false, 3),
               -- The same place of another topic, and another place of this one.
               ('another', 'product_search', 'c', 1, 0, 9, 'r', false, 1), ('t', 'product_search', 'd', 1, 1, 9, 'r', false, 1)`);
      await runReadModelMigrations(database.url);
      const { rows } = await pool.query<{ left_out_of: string[] | null }>(
        'SELECT action, detail, event_id, left_out_of FROM registry.dead_letter_actions ORDER BY id',
      );
      for (const row of rows) row.left_out_of?.sort();
      const nothing = { event_id: null, left_out_of: null };
      expect(rows).toEqual([
        { ...nothing, action: 'redrive', detail: null },
        {
          ...nothing,
          action: 'discard',
          detail: 'blocks two',
          left_out_of: ['product_search', 'product_summary'],
        },
        { ...nothing, action: 'discard', detail: 'blocks none' },
        { ...nothing, action: 'discard', detail: 'blocks one', left_out_of: ['product_search'] },
      ]);
      const leftOut = async (projection: string) =>
        (await new DeadLetterActions(pool).discarded({ projection })).map(({ reason }) => reason);
      expect(await leftOut('product_search')).toEqual(['blocks two', 'blocks none', 'blocks one']);
      expect(await leftOut('category_summary')).toEqual(['blocks none']);
    } finally {
      await pool.end();
    }
  });
});
