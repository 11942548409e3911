import { escapeIdentifier } from 'pg';
import { columnName, type PostgresStorage } from '@reprise/read-model-documents';
import type { GenerationName } from '../../generation/generation.ts';
import { advancingSql } from '../../registry/generations.ts';
import { ownColumns, storedColumns, type StoredColumn } from './columns.ts';

/** The SQL of a projection's generation tables. They stand in the schema `generations`, one table per generation. */
export interface GenerationTable {
  readonly columns: readonly StoredColumn[];
  create(name: GenerationName): string;
  /** Writes $1, a JSON array of documents with the store's own fields, under the version guard; affects the rows that were newer. */
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
  /** Takes rows in the order of `columns`, then the store's own, as COPY's text. */
  copy(name: GenerationName): string;
  /** Rows as arrays of text: the columns in order, then the store's own. $1: ids. */
  read(name: GenerationName): string;
  /** The same rows in ascending id order. $1: id to continue after, or null; $2: limit; $3: buckets, or null for all. */
  page(name: GenerationName): string;
  indexes(name: GenerationName): { readonly index: string; readonly sql: string }[];
}

/** Another one after every change of a row: the transaction that wrote it and the place it was written to. */
const rowMark = `held.xmin::text || ' ' || held.ctid::text`;

const idColumn = 'reprise_id';

/** The table of a generation, qualified and quoted. */
export function tableOf(name: GenerationName): string {
  return `generations.${escapeIdentifier(name)}`;
}

export function generationTable(storage: PostgresStorage): GenerationTable {
  const columns = storedColumns(storage);
  const own = ownColumns.map(({ name }) => name);
  const all = [...columns.map(({ sql }) => sql), ...own];
  const fields = [...columns.map(({ field }) => escapeIdentifier(field)), ...own];
  const types = [...columns.map(({ type }) => type), ...ownColumns.map(({ type }) => type)];
  const given = fields.map((field, i) => `${field} ${types[i]}`).join(', ');
  const changed = (source: string, names: readonly string[]) =>
    all
      .map((column, i) => `${column} = ${source}.${names[i]}`)
      .filter((_, i) => all[i] !== idColumn)
      .join(', ');
  const selected = [...columns.map(({ select }) => select), ...own].join(', ');

  const upsert = (name: GenerationName): string => `
      INSERT INTO ${tableOf(name)} AS held (${all.join(', ')})
      SELECT ${fields.join(', ')} FROM json_to_recordset($1::json) AS given (${given})
      ON CONFLICT (${idColumn}) DO UPDATE SET ${changed('excluded', all)} WHERE excluded.reprise_version > held.reprise_version`;

  return {
    columns,

    create(name) {
      const needed = columns.filter(({ nullable }) => !nullable).map(({ sql }) => `${sql} IS NOT NULL`);
      const lines = [
        ...columns.map(({ sql, type }) => `${sql} ${type}`),
        // Ids sort by their bytes, as they do in JavaScript, whatever the database's collation.
        `${idColumn} text COLLATE "C" PRIMARY KEY`,
        'reprise_version bigint NOT NULL',
        'reprise_tombstone text',
        'reprise_bucket smallint NOT NULL',
        'reprise_high bigint NOT NULL',
        'reprise_low bigint NOT NULL',
        // A tombstone needs no document.
        ...(needed.length > 0 ? [`CHECK (reprise_tombstone IS NOT NULL OR (${needed.join(' AND ')}))`] : []),
      ];
      return `CREATE TABLE ${tableOf(name)} (${lines.join(', ')}) WITH (fillfactor = 90)`;
    },

    observe: (name) => `SELECT ${selected}, ${rowMark} FROM ${tableOf(name)} AS held WHERE ${idColumn} = $1`,

    insert: (name) => `
      INSERT INTO ${tableOf(name)} (${all.join(', ')})
      SELECT ${fields.join(', ')} FROM json_to_recordset($1::json) AS given (${given})
      ON CONFLICT (${idColumn}) DO NOTHING`,

    replace: (name) => `
      UPDATE ${tableOf(name)} AS held SET ${changed('given', fields)}
      FROM json_to_recordset($1::json) AS given (${given})
      WHERE held.${idColumn} = given.${idColumn} AND ${rowMark} = $2`,

    remove: (name) => `DELETE FROM ${tableOf(name)} AS held WHERE ${idColumn} = $1 AND ${rowMark} = $2`,

    upsert,

    upsertAndMove: (name) => `
      WITH written AS (${upsert(name)} RETURNING 1), moved AS (${advancingSql(2)})
      SELECT count(*)::int AS written FROM written`,

    copy: (name) => `COPY ${tableOf(name)} (${all.join(', ')}) FROM STDIN`,

    read: (name) => `SELECT ${selected} FROM ${tableOf(name)} WHERE ${idColumn} = ANY ($1::text[])`,

    page: (name) => `
      SELECT ${selected} FROM ${tableOf(name)}
      WHERE ($1::text IS NULL OR ${idColumn} > $1::text COLLATE "C")
        AND ($3::int[] IS NULL OR reprise_bucket = ANY ($3::int[]))
      ORDER BY ${idColumn} LIMIT $2`,

    indexes: (name) =>
      storage.indexes.map((fields, i) => {
        const index = `${name}_i${i + 1}`;
        const on = fields.map((field) => escapeIdentifier(columnName(field))).join(', ');
        return {
          index,
          sql: `CREATE INDEX ${escapeIdentifier(index)} ON ${tableOf(name)} (${on})`,
        };
      }),
  };
}
