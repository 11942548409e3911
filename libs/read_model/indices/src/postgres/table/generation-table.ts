import { escapeIdentifier } from 'pg';
import type { PostgresStorage } from '@reprise/read-model-documents';
import type { GenerationName } from '../../generation/generation.ts';
import { advancingSql } from '../../registry/generations.ts';
import { digestColumns, snakeCase, storedColumns, type StoredColumn } from './columns.ts';

/** The SQL of a projection's generation tables. They stand in the schema `generations`, one table per generation. */
export interface GenerationTable {
  readonly columns: readonly StoredColumn[];
  create(name: GenerationName): string;
  /** Writes $1, a JSON array of documents with their digests, under the version guard; affects the rows that were newer. */
  upsert(name: GenerationName): string;
  /** `upsert` and the positions that go with it ($2 to $4) in one statement; gives the number of rows that were newer. */
  upsertAndMove(name: GenerationName): string;
  /** One row as arrays of text, like `read`, then the mark of its state. $1: id. */
  observe(name: GenerationName): string;
  /** Writes $1, like `upsert`, where there is no such row. */
  insert(name: GenerationName): string;
  /** Writes $1, like `upsert`, over the row that has the mark $2, whatever its version. */
  replace(name: GenerationName): string;
  /** Deletes the row of id $1 that has the mark $2. */
  remove(name: GenerationName): string;
  /** Takes rows in the order of `columns`, then the digest, as COPY's text. */
  copy(name: GenerationName): string;
  /** Rows as arrays of text: the columns in order, then bucket, high and low. $1: ids. */
  read(name: GenerationName): string;
  /** The same rows in ascending id order. $1: id to continue after, or null; $2: limit; $3: buckets, or null for all. */
  page(name: GenerationName): string;
  indexes(name: GenerationName): { readonly index: string; readonly sql: string }[];
}

/** Another one after every change of a row: the transaction that wrote it and the place it was written to. */
const rowMark = `held.xmin::text || ' ' || held.ctid::text`;

/** The table of a generation, qualified and quoted. */
export function tableOf(name: GenerationName): string {
  return `generations.${escapeIdentifier(name)}`;
}

export function generationTable(storage: PostgresStorage): GenerationTable {
  const columns = storedColumns(storage);
  const id = columns.find(({ field }) => field === 'productId')!;
  const digests = digestColumns.map((column) => column.split(' ')[0]!);
  const all = [...columns.map(({ sql }) => sql), ...digests];
  const given = [
    ...columns.map(({ field, type }) => `${escapeIdentifier(field)} ${type}`),
    ...digestColumns,
  ].join(', ');
  const source = [...columns.map(({ field }) => escapeIdentifier(field)), ...digests].join(', ');
  const changed = all.filter((column) => column !== id.sql).map((column) => `${column} = excluded.${column}`);
  const replaced = columns
    .filter((column) => column !== id)
    .map(({ field, sql }) => `${sql} = given.${escapeIdentifier(field)}`)
    .concat(digests.map((column) => `${column} = given.${column}`));
  const selected = [...columns.map(({ select }) => select), ...digests].join(', ');

  const upsert = (name: GenerationName): string => `
      INSERT INTO ${tableOf(name)} AS held (${all.join(', ')})
      SELECT ${source} FROM json_to_recordset($1::json) AS given (${given})
      ON CONFLICT (${id.sql}) DO UPDATE SET ${changed.join(', ')} WHERE excluded.version > held.version`;

  return {
    columns,

    create(name) {
      const lines = columns.map((column) => {
        // Ids sort by their bytes, as they do in JavaScript, whatever the database's collation.
        const type = column === id && column.type === 'text' ? 'text COLLATE "C"' : column.type;
        const constraint = column === id ? ' PRIMARY KEY' : column.nullable ? '' : ' NOT NULL';
        return `${column.sql} ${type}${constraint}`;
      });
      const own = digestColumns.map((column) => `${column} NOT NULL`);
      return `CREATE TABLE ${tableOf(name)} (${[...lines, ...own].join(', ')}) WITH (fillfactor = 90)`;
    },

    observe: (name) =>
      `SELECT ${selected}, ${rowMark} FROM ${tableOf(name)} AS held WHERE ${id.sql} = $1::${id.type}`,

    insert: (name) => `
      INSERT INTO ${tableOf(name)} (${all.join(', ')})
      SELECT ${source} FROM json_to_recordset($1::json) AS given (${given})
      ON CONFLICT (${id.sql}) DO NOTHING`,

    replace: (name) => `
      UPDATE ${tableOf(name)} AS held SET ${replaced.join(', ')}
      FROM json_to_recordset($1::json) AS given (${given})
      WHERE held.${id.sql} = given.${escapeIdentifier(id.field)} AND ${rowMark} = $2`,

    remove: (name) =>
      `DELETE FROM ${tableOf(name)} AS held WHERE ${id.sql} = $1::${id.type} AND ${rowMark} = $2`,

    upsert,

    upsertAndMove: (name) => `
      WITH written AS (${upsert(name)} RETURNING 1), moved AS (${advancingSql(2)})
      SELECT count(*)::int AS written FROM written`,

    copy: (name) => `COPY ${tableOf(name)} (${all.join(', ')}) FROM STDIN`,

    read: (name) => `SELECT ${selected} FROM ${tableOf(name)} WHERE ${id.sql} = ANY ($1::${id.type}[])`,

    page: (name) => `
      SELECT ${selected} FROM ${tableOf(name)}
      WHERE ($1::${id.type} IS NULL OR ${id.sql} > $1::${id.type}) AND ($3::int[] IS NULL OR bucket = ANY ($3::int[]))
      ORDER BY ${id.sql} LIMIT $2`,

    indexes: (name) =>
      storage.indexes.map((fields, i) => {
        const index = `${name}_i${i + 1}`;
        const on = fields.map((field) => escapeIdentifier(snakeCase(field))).join(', ');
        return {
          index,
          sql: `CREATE INDEX ${escapeIdentifier(index)} ON ${tableOf(name)} (${on})`,
        };
      }),
  };
}
