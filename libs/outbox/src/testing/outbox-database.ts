import { sessionHook } from '@reprise/runtime';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { Pool, type ClientBase } from 'pg';
import { grantSql, outboxRights, publisherRole } from '../rights.ts';
import { leaderTableSql, notifyUnlessToldSql, outboxTableSql } from '../schema.ts';

export interface OutboxDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** Inserts one message, through `client` if it has to be part of a transaction. */
  append(
    aggregateId: string,
    version: number,
    options?: { payload?: string; client?: ClientBase },
  ): Promise<string>;
}

/** Everything the relay relies on, with the rights of its role. */
export const outboxSql =
  outboxTableSql + notifyUnlessToldSql + leaderTableSql + grantSql(publisherRole, outboxRights.publisher);

/** A fresh outbox for one test file. */
export async function outboxDatabase(): Promise<OutboxDatabase> {
  const { url } = await freshDatabase('write');
  const pool = new Pool({ connectionString: url, max: 6, ...sessionHook() });
  pool.on('error', () => undefined);
  afterFile(() => pool.end());
  await pool.query(outboxSql);
  return {
    url,
    pool,
    append: async (aggregateId, version, { payload = '{}', client } = {}) => {
      const { rows } = await (client ?? pool).query<{ id: string }>(
        `INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
         VALUES (gen_random_uuid(), $1, $2, 'sample.changed.v1', $3::json) RETURNING id`,
        [aggregateId, version, payload],
      );
      return rows[0]?.id ?? '';
    },
  };
}

/** A readable aggregate id: `aggregate(7)` ends in 7. */
export function aggregate(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
