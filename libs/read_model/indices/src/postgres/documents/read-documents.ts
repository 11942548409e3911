import type { Tombstone } from '@reprise/read-model-documents';
import type { Pool, PoolClient } from 'pg';
import type { GenerationName, StoredDocument } from '../../generation/generation.ts';
import { isStorableText, type StoredColumn } from '../table/columns.ts';
import type { GenerationTable } from '../table/generation-table.ts';

/** Every value as the text the server sent: the columns know best what it means. */
const asText = { getTypeParser: () => (text: string) => text };

export type Row = readonly (string | null)[];

export async function rowsOf(connection: Pool | PoolClient, text: string, values: unknown[]): Promise<Row[]> {
  const { rows } = await connection.query<(string | null)[]>({
    text,
    values,
    rowMode: 'array',
    types: asText,
  });
  return rows;
}

export function toDocuments(columns: readonly StoredColumn[], rows: readonly Row[]): StoredDocument[] {
  return rows.map((row) => {
    const [id, version, tombstone, bucket, high, low] = row.slice(columns.length);
    return {
      id: id!,
      version: Number(version),
      ...(tombstone !== null && { tombstone: tombstone as Tombstone }),
      document: tombstone !== null && hasNone(columns, row) ? undefined : documentOf(columns, row),
      digest: { bucket: Number(bucket), high: Number(high), low: Number(low) },
    };
  });
}

/** Whether a tombstone's row holds no document. One of a projection all of whose columns may be null counts as none. */
function hasNone(columns: readonly StoredColumn[], row: Row): boolean {
  return columns.every((_, i) => row[i] === null);
}

function documentOf(columns: readonly StoredColumn[], row: Row): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  columns.forEach(({ field, parse }, i) => {
    const text = row[i]!;
    document[field] = text === null ? null : parse(text);
  });
  return document;
}

/** Documents by id. Ids a column could not hold are absent. */
export async function readDocuments(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  ids: readonly string[],
): Promise<Map<string, StoredDocument>> {
  const rows = await rowsOf(pool, table.read(name), [ids.filter(isStorableText)]);
  return new Map(toDocuments(table.columns, rows).map((document) => [document.id, document]));
}

export interface PageRequest {
  readonly after: string | null;
  readonly limit: number;
  readonly buckets: readonly number[] | null;
}

/** One page of documents in ascending id order. */
export async function readPage(
  client: PoolClient,
  table: GenerationTable,
  name: GenerationName,
  { after, limit, buckets }: PageRequest,
): Promise<StoredDocument[]> {
  return toDocuments(table.columns, await rowsOf(client, table.page(name), [after, limit, buckets]));
}
