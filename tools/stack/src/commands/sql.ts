import pg from 'pg';
import type { StackArguments } from '../arguments.ts';
import { stackEnvironment } from '../environment.ts';
import { describeError, StackError } from '../errors.ts';
import { alignColumns } from './columns.ts';

/**
 * Runs one query on a database of an instance, read-only: as the owner of the write side, or the
 * feeder of the read side, who owns the views of readers.
 *
 * @returns the rows as a table with a line of column names, or as JSON; NULL is an empty cell
 * @throws StackError NO_INSTANCE when no stack was ever started, QUERY_FAILED with Postgres's own words
 */
export async function sql({
  directory,
  query = '',
  writeSide,
  json,
}: Pick<StackArguments, 'directory' | 'query' | 'writeSide' | 'json'>): Promise<string> {
  const environment = stackEnvironment(directory);
  if (environment === undefined)
    throw new StackError(
      'NO_INSTANCE',
      `No stack was ever started in ${directory}. Run: npm run -s stack -- up`,
    );
  const client = new pg.Client({
    connectionString: environment[writeSide ? 'WRITE_DATABASE_OWNER_URL' : 'READ_MODEL_DATABASE_URL'],
    connectionTimeoutMillis: 3_000,
    options: '-c default_transaction_read_only=on',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // A named statement is a single one, so nothing behind a semicolon runs.
    const { fields, rows } = await client.query<unknown[]>({ text: query, rowMode: 'array', name: 'query' });
    return json
      ? JSON.stringify(rows.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, row[at]]))))
      : alignColumns([fields.map(({ name }) => name), ...rows.map((row) => row.map(cellOf))]);
  } catch (error) {
    const remedy = error instanceof pg.DatabaseError ? '' : ' Is the stack up? npm run -s stack -- status';
    throw new StackError(
      'QUERY_FAILED',
      `The query failed: ${describeError(error)}. Nothing was changed.${remedy}`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
