import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { GenerationName, GenerationStore, WriteResult } from '../../generation/generation.ts';
import { advancePositions, positionValues } from '../../registry/generations.ts';
import { assertFence } from '../../registry/leases.ts';
import { copyLines, copyRows } from './copy-rows.ts';
import type { GenerationTable } from './generation-table.ts';
import { inTransaction } from '../pool.ts';
import type { RetryOptions } from '../retry.ts';
import {
  batchJson,
  isDataError,
  prepareWrite,
  sumOf,
  writeBatch,
  type BatchLimits,
  type PreparedDocument,
} from './write-batches.ts';

export interface TableWriter extends Required<Pick<GenerationStore, 'write' | 'writeWithPositions'>> {
  /** The table was made just now: its documents are copied in for as long as none of them is there already. */
  began(name: GenerationName): void;
  /** Its build is over: from now on every write goes through the version guard at once. */
  finished(name: GenerationName): void;
}

/** Sends an operation with retries; see `retrying`. */
export type Request = <T>(what: string, operation: () => Promise<T>, retry?: RetryOptions) => Promise<T>;

/**
 * Writes documents to generation tables in batches, each all or nothing. COPY is about half the work of an upsert for the
 * server but knows no version guard, so it serves a new build's first writes only: the first document that is there already
 * sends its batch, and all later ones, the guarded way.
 */
export function tableWriter(
  pool: Pool,
  table: GenerationTable,
  { limits, inFlight }: { readonly limits: BatchLimits; readonly inFlight: number },
  request: Request,
): TableWriter {
  const copied = new Set<GenerationName>();

  const upsert = async (connection: Pool | PoolClient, name: GenerationName, json: string): Promise<number> =>
    (await connection.query(table.upsert(name), [json])).rowCount ?? 0;

  async function send(
    name: GenerationName,
    batch: readonly PreparedDocument[],
    retry: RetryOptions,
  ): Promise<WriteResult> {
    if (copied.has(name)) {
      const copy = () => copyRows(pool, table.copy(name), copyLines(table.columns, batch));
      if (await request(`write to ${name}`, copy, retry))
        return { written: batch.length, stale: 0, rejected: [] };
      copied.delete(name);
    }
    return writeBatch(batch, (json) => request(`write to ${name}`, () => upsert(pool, name, json), retry));
  }

  return {
    began: (name) => void copied.add(name),
    finished: (name) => void copied.delete(name),

    async write(name, documents, signal) {
      signal?.throwIfAborted();
      const { batches, ...decided } = prepareWrite(table.columns, documents, limits);
      const results = [{ written: 0, ...decided }];
      const waiting = [...batches];
      const sendWaiting = async (): Promise<void> => {
        try {
          for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
            results.push(await send(name, batch, signal ? { signal } : {}));
            signal?.throwIfAborted();
          }
        } finally {
          // After a failure nothing more is begun; what is under way is waited for.
          waiting.length = 0;
        }
      };
      const outcomes = await Promise.allSettled(Array.from({ length: inFlight }, sendWaiting));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      return sumOf(results);
    },

    async writeWithPositions(name, documents, { generationUuid, positions, fence, signal }) {
      signal?.throwIfAborted();
      const { batches, ...decided } = prepareWrite(table.columns, documents, limits);
      const [only, ...others] = batches;
      if (only && others.length + decided.rejected.length === 0 && fence === undefined) {
        const values = [batchJson(only), ...positionValues(generationUuid, positions)];
        const atOnce = () =>
          writeAtOnce(pool, { name: `feed ${name}`, text: table.upsertAndMove(name), values });
        const written = await request(`write to ${name}`, atOnce, signal ? { signal } : {});
        if (written !== undefined)
          return { ...decided, written, stale: decided.stale + only.length - written };
      }
      const transaction = async (client: PoolClient): Promise<WriteResult> => {
        if (fence !== undefined) await assertFence(client, fence);
        const results = [{ written: 0, ...decided }];
        for (const batch of batches) {
          const one = (json: string) => inSavepoint(client, () => upsert(client, name, json));
          results.push(await writeBatch(batch, one));
          signal?.throwIfAborted();
        }
        const result = sumOf(results);
        if (result.rejected.length === 0) await advancePositions(client, generationUuid, positions);
        return result;
      };
      return request(`write to ${name}`, () => inTransaction(pool, transaction), signal ? { signal } : {});
    },
  };
}

/**
 * One statement is a transaction without a round trip to open or close it.
 * @returns undefined when the server takes offence at the data: nothing was done then
 */
async function writeAtOnce(pool: Pool, statement: QueryConfig): Promise<number | undefined> {
  try {
    const { rows } = await pool.query<{ written: number }>(statement);
    return rows[0]?.written;
  } catch (error) {
    if (isDataError(error)) return undefined;
    throw error;
  }
}

/** Undoes what `work` did when it fails, and leaves the transaction usable. */
async function inSavepoint<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('SAVEPOINT batch');
  try {
    const result = await work();
    await client.query('RELEASE SAVEPOINT batch');
    return result;
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT batch');
    throw error;
  }
}
