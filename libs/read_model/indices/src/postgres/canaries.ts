import type { Pool } from 'pg';
import type { CanaryMark, CanaryStore } from '../generation/generation.ts';
import { tableOf } from './table/generation-table.ts';

interface CanaryRow {
  readonly partition: number;
  readonly log_offset: string;
  readonly sent_at: Date;
}

/**
 * Canaries of generations that are tables: rows of the same database, searchable as soon as they are committed.
 * @param request does what it is given again while the database is away
 */
export function postgresCanaries(
  pool: Pool,
  request: <T>(what: string, operation: () => Promise<T>) => Promise<T>,
): CanaryStore {
  const select = 'SELECT partition, log_offset, sent_at FROM registry.canaries WHERE generation = $1';
  const read = async (name: string, where: string, parameters: readonly unknown[]) => {
    const asked = () => pool.query<CanaryRow>(select + where, [name, ...parameters]);
    return (await request(`read the canaries of ${name}`, asked)).rows.map(markOf);
  };
  return {
    async write(name, { partition, offset, sentAt }) {
      // Naming the table locks it against being dropped until the row is there: no row outlives its table.
      const statement = `
        INSERT INTO registry.canaries AS held (generation, partition, log_offset, sent_at)
        SELECT $1::text, $2::integer, $3::bigint, $4::timestamptz
        WHERE NOT EXISTS (SELECT FROM ${tableOf(name)} LIMIT 0)
        ON CONFLICT (generation, partition) DO UPDATE SET log_offset = excluded.log_offset, sent_at = excluded.sent_at
        WHERE held.log_offset <= excluded.log_offset`;
      await request(`write a canary of ${name}`, () =>
        pool.query(statement, [name, partition, offset, sentAt]),
      );
    },
    find: async (name, partition) => (await read(name, ' AND partition = $2', [partition]))[0],
    search: (name) => read(name, '', []),
  };
}

function markOf({ partition, log_offset, sent_at }: CanaryRow): CanaryMark {
  return { partition, offset: BigInt(log_offset), sentAt: sent_at.toISOString() };
}
