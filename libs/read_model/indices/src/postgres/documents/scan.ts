import type { Pool, PoolClient } from 'pg';
import type { GenerationName, StoredDocument } from '../../generation/generation.ts';
import type { GenerationTable } from '../table/generation-table.ts';
import { checkOut } from '../pool.ts';
import { readPage } from './read-documents.ts';

export interface ScanOptions {
  readonly batchSize?: number;
  readonly buckets?: readonly number[];
  readonly signal?: AbortSignal;
}

/** Runs one step of a scan, turning faults of the server into what the store's contract promises. */
export type ScanStep = <T>(what: string, step: () => Promise<T>, again: boolean) => Promise<T>;

/**
 * Pages through all documents, or those of some buckets, in ascending id order, from one snapshot: a read-only transaction on
 * its own connection, ended with the iteration. A connection that breaks takes the snapshot with it, so the scan fails
 * then and has to be started again. Memory is bounded by one page.
 */
export async function* scanTable(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  { batchSize = 1_000, buckets, signal }: ScanOptions,
  run: ScanStep,
): AsyncGenerator<StoredDocument[]> {
  signal?.throwIfAborted();
  const page = { limit: batchSize, buckets: buckets ?? null };
  const { client, end } = await run(`begin to read ${name}`, () => beginSnapshot(pool), true);
  try {
    let after: string | null = null;
    for (;;) {
      const next = { ...page, after };
      const documents: StoredDocument[] = await run(
        `read ${name}`,
        () => readPage(client, table, name, next),
        false,
      );
      signal?.throwIfAborted();
      if (documents.length > 0) yield documents;
      signal?.throwIfAborted();
      if (documents.length < batchSize) return;
      after = documents.at(-1)!.id;
    }
  } finally {
    await end();
  }
}

async function beginSnapshot(pool: Pool): Promise<{ client: PoolClient; end: () => Promise<void> }> {
  const { client, release } = await checkOut(pool);
  const end = async () => {
    // Nothing was changed, so a ROLLBACK that fails only says that the connection is gone.
    const failure = await client.query('ROLLBACK').then(
      () => undefined,
      (error: Error) => error,
    );
    release(failure);
  };
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return { client, end };
  } catch (error) {
    await end();
    throw error;
  }
}
