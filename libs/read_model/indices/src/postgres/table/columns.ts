import { escapeIdentifier } from 'pg';
import {
  columnName,
  isInMilliseconds,
  type PostgresColumn,
  type PostgresStorage,
} from '@reprise/read-model-documents';

/** A column of a generation's table: how its value is checked on the way in and made a JSON value again on the way out. */
export interface StoredColumn {
  /** The document's field, camel case. */
  readonly field: string;
  /** The column's name, snake case, quoted for SQL. */
  readonly sql: string;
  /** Type and constraint, as in CREATE TABLE. */
  readonly type: PostgresColumn['type'];
  readonly nullable: boolean;
  /** Expression that gives the column as text `parse` understands, whatever the session's settings. */
  readonly select: string;
  parse(text: string): unknown;
  /** Whether the column gives exactly this JSON value back. */
  accepts(value: unknown): boolean;
  /** An accepted value as COPY's text format has it. */
  copy(value: unknown): string;
}

/** Columns the store adds itself, after the document's own. */
export const ownColumns = [
  { name: 'reprise_id', type: 'text' },
  { name: 'reprise_version', type: 'bigint' },
  { name: 'reprise_tombstone', type: 'text' },
  { name: 'reprise_bucket', type: 'smallint' },
  { name: 'reprise_high', type: 'bigint' },
  { name: 'reprise_low', type: 'bigint' },
] as const;

type ColumnType = Pick<StoredColumn, 'parse' | 'accepts' | 'copy'> & { select(column: string): string };

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const asIs = (column: string): string => column;

/** Postgres would take 24:00 or a leap second too, and give another text back. */
function isStorableTime(value: unknown): boolean {
  return typeof value === 'string' && isInMilliseconds(value);
}

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export function copyText(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => copyEscapes[character]!) : text;
}

/** Text Postgres keeps as it is: no NUL, no half surrogate pairs. */
export function isStorableText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

const columnTypes: Record<PostgresColumn['type'], ColumnType> = {
  uuid: {
    select: asIs,
    parse: (text) => text,
    accepts: (value) => typeof value === 'string' && uuidPattern.test(value),
    copy: String,
  },
  text: {
    select: asIs,
    parse: (text) => text,
    accepts: isStorableText,
    copy: (value) => copyText(value as string),
  },
  integer: {
    select: asIs,
    parse: Number,
    accepts: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
    copy: String,
  },
  bigint: { select: asIs, parse: Number, accepts: (value) => Number.isSafeInteger(value), copy: String },
  timestamptz: {
    select: (column) => `(extract(epoch FROM ${column}) * 1000)::bigint`,
    parse: (text) => new Date(Number(text)).toISOString(),
    accepts: isStorableTime,
    copy: String,
  },
  'text[]': {
    select: (column) => `to_json(${column})`,
    parse: (text) => JSON.parse(text) as unknown,
    accepts: (value) => Array.isArray(value) && value.every(isStorableText),
    copy: (value) => {
      const elements = (value as string[]).map((element) => `"${element.replace(/["\\]/g, '\\$&')}"`);
      return copyText(`{${elements.join(',')}}`);
    },
  },
};

/**
 * The columns of a storage definition, in its order.
 * @throws TypeError when a name is used twice or is of the store's own
 */
export function storedColumns(storage: PostgresStorage): StoredColumn[] {
  const names = new Set<string>();
  return storage.columns.map(({ field, type, nullable = false }): StoredColumn => {
    const name = columnName(field);
    if (names.has(name) || name.startsWith('reprise'))
      throw new TypeError(`the column ${name} appears twice, or is reserved by the store`);
    names.add(name);
    const { select, ...behaviour } = columnTypes[type];
    const sql = escapeIdentifier(name);
    return { field, sql, type, nullable, select: select(sql), ...behaviour };
  });
}

/**
 * Why the columns could not give a document back exactly as it is; undefined when they can. A store that changed a document
 * on the way (a time in another notation, a number kept as text) would hold something else than its digest says.
 */
export function refusal(
  columns: readonly StoredColumn[],
  document: Record<string, unknown>,
): string | undefined {
  for (const { field, type, nullable, accepts } of columns) {
    const value = document[field];
    if (value === null ? nullable : accepts(value)) continue;
    if (value === undefined) return `the field ${field} is missing`;
    const form =
      type === 'timestamptz' ? `${type} (UTC with milliseconds, as Date.toISOString gives it)` : type;
    return `the field ${field} does not fit the column type ${form}: ${JSON.stringify(value).slice(0, 100)}`;
  }
  let fields = 0;
  for (const field in document) if (document[field] !== undefined) fields++;
  if (fields === columns.length) return undefined;
  const known = new Set(columns.map(({ field }) => field));
  return `there is no column for the field ${Object.keys(document).find((field) => !known.has(field))}`;
}
