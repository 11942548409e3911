import { DatabaseError, escapeIdentifier, type Pool, type PoolClient } from 'pg';
import { CutoverConflict } from '../errors.ts';
import type { GenerationName, ReadersTarget } from '../generation/generation.ts';
import { isGenerationName } from '../generation/generation-name.ts';
import { tableOf } from './table/generation-table.ts';

/** The view readers use, in the schema `public`, and what it selects. */
export interface ReadersView {
  readonly view: string;
  readonly projection: string;
  /** The query behind it, `{table}` standing for the generation's table. */
  readonly query: string;
}

/**
 * How long a switch waits for readers that use the view this very moment. New readers queue behind the switch, so it stops
 * waiting soon and tries again later rather than let them wait for a long query.
 */
const lockTimeoutMs = 500;

/** Tables a relation of that name reads from; no rows when there is none of that name. */
const behindSql = `
SELECT DISTINCT relation.relkind::text AS kind, schema.nspname AS schema, behind.relname AS table
FROM pg_class AS relation
LEFT JOIN pg_rewrite AS rule ON rule.ev_class = relation.oid
LEFT JOIN pg_depend AS depend ON depend.classid = 'pg_rewrite'::regclass AND depend.objid = rule.oid
  AND depend.refclassid = 'pg_class'::regclass AND depend.refobjid <> relation.oid
LEFT JOIN pg_class AS behind ON behind.oid = depend.refobjid
LEFT JOIN pg_namespace AS schema ON schema.oid = behind.relnamespace
WHERE relation.relname = $1 AND relation.relnamespace = 'public'::regnamespace`;

/** The generation the view selects from now, observed in the catalog. */
export async function observeView(
  connection: Pool | PoolClient,
  { view, projection }: ReadersView,
): Promise<ReadersTarget> {
  const { rows } = await connection.query<{ kind: string; schema: string | null; table: string | null }>(
    behindSql,
    [view],
  );
  const [first, ...others] = rows;
  if (first === undefined) return { kind: 'none' };
  const { kind, schema, table } = first;
  if (
    others.length === 0 &&
    kind === 'v' &&
    schema === 'generations' &&
    isGenerationName(table!, projection)
  ) {
    return { kind: 'generation', name: table };
  }
  const behind = rows.flatMap((row) => (row.table === null ? [] : [`${row.schema}.${row.table}`]));
  return { kind: 'ambiguous', names: kind === 'v' && behind.length > 0 ? behind.sort() : [view] };
}

const viewsSql = `
SELECT behind.relname AS table, schema.nspname AS schema, view.relname AS view
FROM pg_class AS behind
JOIN pg_depend AS depend ON depend.refclassid = 'pg_class'::regclass AND depend.refobjid = behind.oid
JOIN pg_rewrite AS rule ON depend.classid = 'pg_rewrite'::regclass AND depend.objid = rule.oid
JOIN pg_class AS view ON view.oid = rule.ev_class AND view.oid <> behind.oid
JOIN pg_namespace AS schema ON schema.oid = view.relnamespace
WHERE behind.relnamespace = to_regnamespace('generations')
GROUP BY 1, 2, 3 ORDER BY 2, 3`;

/** All views that read generations of the projection, by table; those outside the schema `public` with their schema. */
export async function viewsOn(
  connection: Pool,
  projection: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await connection.query<{ table: string; schema: string; view: string }>(viewsSql);
  const found = new Map<string, string[]>();
  for (const { table, schema, view } of rows) {
    if (!isGenerationName(table, projection)) continue;
    found.set(table, [...(found.get(table) ?? []), schema === 'public' ? view : `${schema}.${view}`]);
  }
  return found;
}

/**
 * Locks the view against every other switch until the transaction ends: first among processes of this program, also while
 * there is no view yet; then the view itself, against anybody's DDL. Readers are not kept out by it.
 */
export async function lockView(client: PoolClient, { view }: ReadersView): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`readers of ${view}`]);
  const { rowCount } = await client.query(
    `SELECT FROM pg_views WHERE schemaname = 'public' AND viewname = $1`,
    [view],
  );
  // A comment locks the view and nothing behind it, where LOCK TABLE would lock the generation's table too.
  if (rowCount === 1)
    await client.query(
      `COMMENT ON VIEW public.${escapeIdentifier(view)} IS 'Readers use this view only; cutovers replace it.'`,
    );
}

/**
 * Points the view from the generation it was observed at to another, within the caller's transaction: compare-and-swap.
 *
 * @throws CutoverConflict when the view was elsewhere, or `to` does not exist; the caller's transaction has to end then
 */
export async function moveView(
  client: PoolClient,
  readers: ReadersView,
  from: GenerationName | undefined,
  to: GenerationName,
): Promise<void> {
  const { view, query } = readers;
  await lockView(client, readers);
  const target = await observeView(client, readers);
  if (!isAt(from, target)) {
    throw new CutoverConflict(
      `The view ${view} reads from ${describeTarget(target)}, expected ${from ?? 'nothing'}; nothing was changed. ` +
        (target.kind === 'ambiguous'
          ? `Drop or rename the object called ${view}, or fix its query, then cut over again.`
          : 'Another cutover came first: check it, then cut over again.'),
    );
  }
  const table = await client.query(`SELECT to_regclass($1) IS NOT NULL AS exists`, [tableOf(to)]);
  if (!(table.rows[0] as { exists: boolean }).exists) {
    throw new CutoverConflict(
      `There is no table ${to}; the view ${view} was left as it is. Rebuild, then cut over again.`,
    );
  }
  const select = query.replaceAll('{table}', tableOf(to));
  const name = `public.${escapeIdentifier(view)}`;
  await client.query('SAVEPOINT replacing');
  try {
    await client.query(`CREATE OR REPLACE VIEW ${name} AS ${select}`);
  } catch (error) {
    const otherColumns = '42P16';
    if (!(error instanceof DatabaseError) || error.code !== otherColumns) throw error;
    await client.query('ROLLBACK TO SAVEPOINT replacing');
    await recreate(client, view, name, select);
  }
}

/** Replaces a view by one with other columns (another schema version), in the same transaction, with its grants. */
async function recreate(client: PoolClient, view: string, name: string, select: string): Promise<void> {
  const { rows: grants } = await client.query<{ grantee: string; privilege: string; grantable: boolean }>(
    `SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
            privilege_type AS privilege, is_grantable AS grantable
     FROM pg_class, aclexplode(relacl)
     WHERE relname = $1 AND relnamespace = 'public'::regnamespace AND grantee <> relowner`,
    [view],
  );
  await client.query(`DROP VIEW ${name}`);
  await client.query(`CREATE VIEW ${name} AS ${select}`);
  for (const { grantee, privilege, grantable } of grants) {
    await client.query(`GRANT ${privilege} ON ${name} TO ${grantee}${grantable ? ' WITH GRANT OPTION' : ''}`);
  }
}

export function isAt(expected: GenerationName | undefined, target: ReadersTarget): boolean {
  return expected === undefined
    ? target.kind === 'none'
    : target.kind === 'generation' && target.name === expected;
}

function describeTarget(target: ReadersTarget): string {
  if (target.kind === 'none') return 'nothing';
  return target.kind === 'generation' ? target.name : target.names.join(', ');
}
