import { finished } from 'node:stream/promises';
import { DatabaseError, type Pool } from 'pg';
import { from } from 'pg-copy-streams';
import { copyText, type StoredColumn } from './columns.ts';
import { checkOut } from '../pool.ts';
import type { PreparedDocument } from './write-batches.ts';

/**
 * One batch in COPY's text format: a line a row, columns divided by tabs, the store's own after the document's.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export function copyLines(columns: readonly StoredColumn[], batch: readonly PreparedDocument[]): string {
  let lines = '';
  for (const { fields, source } of batch) {
    for (const { field, copy } of columns) {
      const value = fields?.[field] ?? null;
      lines += value === null ? '\\N\t' : `${copy(value)}\t`;
    }
    const { id, version, tombstone, digest } = source;
    lines += `${copyText(id)}\t${version}\t${tombstone ?? '\\N'}\t${digest.bucket}\t${digest.high}\t${digest.low}\n`;
  }
  return lines;
}

/**
 * Copies one batch into a table that holds none of its documents yet, all or nothing.
 *
 * @returns false, and nothing changed, when a document is there already or the server refuses one: the version guard, or the
 * search for the document it refuses, are for the slower way of writing
 */
export async function copyRows(pool: Pool, statement: string, lines: string): Promise<boolean> {
  const { client, release } = await checkOut(pool);
  try {
    const copying = client.query(from(statement));
    copying.end(lines);
    await finished(copying);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && /^(22|23|54)/.test(error.code ?? '')) return false;
    throw error;
  } finally {
    release();
  }
}
