import type { Pool } from 'pg';
import type {
  Correction,
  DocumentToWrite,
  GenerationName,
  ObservedDocument,
} from '../../generation/generation.ts';
import { isStorableText } from '../table/columns.ts';
import type { GenerationTable } from '../table/generation-table.ts';
import { rowsOf, toDocuments } from './read-documents.ts';
import { batchJson, defaultBatchLimits, isDataError, prepareWrite } from '../table/write-batches.ts';

export async function observeRow(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  id: string,
): Promise<ObservedDocument | undefined> {
  if (!isStorableText(id)) return undefined;
  const [row] = await rowsOf(pool, table.observe(name), [id]);
  if (row === undefined) return undefined;
  const [document] = toDocuments(table.columns, [row.slice(0, -1)]);
  return { ...document!, revision: row.at(-1)! };
}

/**
 * One statement that finds the row as it was observed, or changes nothing: a writer that holds the row's lock is waited for,
 * and the row is judged as it left it.
 */
export async function correctRow(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  {
    id,
    observed,
    document,
  }: {
    readonly id: string;
    readonly observed: ObservedDocument | undefined;
    readonly document: DocumentToWrite | undefined;
  },
): Promise<Correction> {
  const change = (sql: string, values: unknown[]) =>
    pool
      .query(sql, values)
      .then(({ rowCount }): Correction => ({ outcome: rowCount === 1 ? 'corrected' : 'changed' }));
  if (document === undefined)
    return observed ? change(table.remove(name), [id, observed.revision]) : { outcome: 'corrected' };
  const { batches, rejected } = prepareWrite(table.columns, [document], defaultBatchLimits);
  if (rejected[0]) return { outcome: 'rejected', reason: rejected[0].reason };
  const json = batchJson(batches[0]!);
  try {
    return await (observed
      ? change(table.replace(name), [json, observed.revision])
      : change(table.insert(name), [json]));
  } catch (error) {
    if (!isDataError(error)) throw error;
    return { outcome: 'rejected', reason: `${error.code}: ${error.message}` };
  }
}
