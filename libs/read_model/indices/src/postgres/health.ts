import type { Pool } from 'pg';
import { commandLine } from '@reprise/runtime/commands';
import { DependencyError } from '../errors.ts';
import { describePool } from './retry.ts';

/**
 * Checks that generations can be built and switched here: a server that takes writes, the schema of their tables, and the
 * rights on it. Postgres does not show free disk space to an ordinary role; a full disk fails a build with its own message.
 *
 * @throws DependencyError with the remedy
 */
export async function assertAbleToBuild(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ read_only: boolean; schema: boolean; tables: boolean; views: boolean }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only,
            to_regnamespace('generations') IS NOT NULL AS schema,
            coalesce(has_schema_privilege(to_regnamespace('generations'), 'CREATE'), false) AS tables,
            has_schema_privilege('public', 'CREATE') AS views`,
  );
  const { read_only, schema, tables, views } = rows[0]!;
  const fault = read_only
    ? 'accepts no writes (it is a standby, or read-only). Point READ_MODEL_DATABASE_URL to the primary.'
    : !schema
      ? `has no schema "generations". Bring it to this release: ${commandLine.migrate()}.`
      : !tables || !views
        ? 'does not let this role create tables in "generations" and views in "public". Grant CREATE on both schemas.'
        : undefined;
  if (fault === undefined) return;
  const readOnly = !read_only && schema;
  const message = `Postgres at ${describePool(pool)} ${fault} Nothing was changed.`;
  throw new DependencyError('postgres', message, { readOnly });
}
