import type { Pool, PoolClient } from 'pg';
import type { GenerationName, StoredDocument } from '../../generation/generation.ts';
import type { StoredColumn } from '../table/columns.ts';
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
    const document: Record<string, unknown> = {};
    columns.forEach(({ field, parse }, i) => {
      const text = row[i]!;
      document[field] = text === null ? null : parse(text);
    });
    const [bucket, high, low] = row.slice(columns.length).map(Number) as [number, number, number];
    const { productId, version } = document as { productId: string; version: number };
    return { id: productId, version, document, digest: { bucket, high, low } };
  });
}

/** Documents by id. Ids a column could not hold are absent. */
export async function readDocuments(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  ids: readonly string[],
): Promise<Map<string, StoredDocument>> {
  const id = table.columns.find(({ field }) => field === 'productId')!;
  const rows = await rowsOf(pool, table.read(name), [ids.filter(id.accepts)]);
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
