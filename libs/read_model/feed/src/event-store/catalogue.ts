import type { EventStoreTable } from '@reprise/events';
import type { ClientBase, Pool } from 'pg';

/** A table or view as the catalogue shows it to the role that asks. */
export interface CatalogueTable {
  readonly kind: 'table' | 'view';
  readonly schemaUsable: boolean;
  /** Whether a policy decides which of its rows this role sees. */
  readonly rowsHidden: boolean;
  readonly columns: ReadonlyMap<string, CatalogueColumn>;
  readonly indexes: readonly CatalogueIndex[];
}

export interface CatalogueColumn {
  /** Name of the type, of a domain that beneath it; `enum` for every enumeration. */
  readonly type: string;
  readonly selectable: boolean;
  readonly notNull: boolean;
  /** False under a collation that calls different texts equal. */
  readonly deterministic: boolean;
}

export interface CatalogueIndex {
  readonly unique: boolean;
  /** Its columns in order; undefined for an expression. */
  readonly columns: readonly (string | undefined)[];
}

const tableSql = `
  SELECT c.oid, c.relkind AS kind, has_schema_privilege(n.oid, 'USAGE') AS usable, row_security_active(c.oid) AS hidden
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
    AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = $2 END`;

const columnsSql = `
  WITH RECURSIVE base AS (
    SELECT a.attnum, t.oid, t.typtype, t.typbasetype, t.typname, a.attnotnull OR t.typnotnull AS required
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attnum, t.oid, t.typtype, t.typbasetype, t.typname, b.required OR t.typnotnull
    FROM base b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
  SELECT a.attname::text AS name, CASE b.typtype WHEN 'e' THEN 'enum' ELSE b.typname::text END AS type, b.required AS not_null,
         has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS selectable,
         coalesce((SELECT l.collisdeterministic FROM pg_collation l WHERE l.oid = a.attcollation), true) AS deterministic
  FROM pg_attribute a JOIN base b ON b.attnum = a.attnum AND b.typtype <> 'd'
  WHERE a.attrelid = $1`;

/** Indexes that hold every row and can be used. */
const indexesSql = `
  SELECT i.indisunique AS unique,
         (SELECT json_agg(a.attname ORDER BY k.at)
          FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, at)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0
          WHERE k.at <= i.indnkeyatts) AS columns
  FROM pg_index i WHERE i.indrelid = $1 AND i.indisvalid AND i.indisready AND i.indpred IS NULL`;

/** @returns undefined when there is no such table or view in the database, or none that its search path shows */
export async function lookUpTable(
  client: Pool | ClientBase,
  { schema, name }: Pick<EventStoreTable, 'schema' | 'name'>,
): Promise<CatalogueTable | undefined> {
  const tables = await client.query<{ oid: number; kind: string; usable: boolean; hidden: boolean }>(
    tableSql,
    [name, schema ?? null],
  );
  const [table] = tables.rows;
  if (table === undefined) return undefined;
  const columns = await client.query<{
    name: string;
    type: string;
    selectable: boolean;
    not_null: boolean;
    deterministic: boolean;
  }>(columnsSql, [table.oid]);
  const indexes = await client.query<{ unique: boolean; columns: (string | null)[] }>(indexesSql, [
    table.oid,
  ]);
  return {
    kind: table.kind === 'v' || table.kind === 'f' ? 'view' : 'table',
    schemaUsable: table.usable,
    rowsHidden: table.hidden,
    columns: new Map(
      columns.rows.map(({ name: column, type, selectable, not_null: notNull, deterministic }) => [
        column,
        { type, selectable, notNull, deterministic },
      ]),
    ),
    indexes: indexes.rows.map((index) => ({
      unique: index.unique,
      columns: index.columns.map((column) => column ?? undefined),
    })),
  };
}
