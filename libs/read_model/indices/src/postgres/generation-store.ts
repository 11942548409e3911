import { DatabaseError, escapeLiteral, type Pool, type PoolClient } from 'pg';
import type { PostgresStorage } from '@reprise/read-model-documents';
import { DependencyError, GenerationConflict } from '../errors.ts';
import type { GenerationName, GenerationStore } from '../generation/generation.ts';
import { isGenerationName } from '../generation/generation-name.ts';
import { bucketDigests, counts, finishTable, metaOfTable, sizeInBytes } from './documents/content.ts';
import { correctRow, observeRow } from './documents/correction.ts';
import { generationTable, tableOf } from './table/generation-table.ts';
import { postgresCanaries } from './canaries.ts';
import { assertAbleToBuild } from './health.ts';
import { inTransaction } from './pool.ts';
import { readDocuments } from './documents/read-documents.ts';
import { isAt, lockView, moveView, observeView, viewsOn } from './readers-view.ts';
import { retrying, type RetryOptions } from './retry.ts';
import { scanTable } from './documents/scan.ts';
import { inSpan, storeSpan } from '@reprise/runtime/traces';
import { tableWriter } from './table/table-writer.ts';
import { defaultBatchLimits, type BatchLimits } from './table/write-batches.ts';

export interface PostgresStoreOptions {
  readonly projection: string;
  readonly storage: PostgresStorage;
  /** View readers use, in the schema `public`; usually the projection's name. */
  readonly readersView: string;
  readonly limits?: BatchLimits;
  /** Statements of one `write` call under way at once, each on its own connection. Default 2. */
  readonly inFlight?: number;
  readonly retry?: RetryOptions;
}

/** Names of tables and their indexes fit Postgres's limit of 63 bytes. */
const longestName = 58;

/**
 * Generations of one projection as Postgres tables (schema `generations`), readers behind a view (schema `public`). A table's
 * comment carries the meta. The pool stays the caller's, who ends it.
 *
 * @throws TypeError when the storage definition has a column of the store's own
 */
export function postgresGenerationStore(pool: Pool, options: PostgresStoreOptions): GenerationStore {
  const { projection, storage, readersView, limits = defaultBatchLimits, inFlight = 2 } = options;
  const table = generationTable(storage);
  const readers = { view: readersView, projection, query: storage.view };

  /** Retries transient faults; waiting does not bring back a missing table. */
  async function request<T>(
    what: string,
    operation: (attempt: number) => Promise<T>,
    retry: RetryOptions = {},
  ): Promise<T> {
    let attempt = 0;
    try {
      return await retrying(pool, what, () => operation(++attempt), { ...options.retry, ...retry });
    } catch (error) {
      const undefinedTable = '42P01';
      const undefinedColumn = '42703';
      if (error instanceof DatabaseError && error.code === undefinedColumn) throw ofAnotherForm(what, error);
      if (!(error instanceof DatabaseError) || error.code !== undefinedTable) throw error;
      const message = `Postgres could not ${what}: ${error.message}. The table was dropped; see \`status\` for the generations there are.`;
      throw new DependencyError('postgres', message, { cause: error, absent: true });
    }
  }

  const writer = tableWriter(pool, table, { limits, inFlight }, request);

  async function refuseWhileServing(client: PoolClient, name: GenerationName): Promise<void> {
    await lockView(client, readers);
    const target = await observeView(client, readers);
    const serves =
      isAt(name, target) || (target.kind === 'ambiguous' && target.names.includes(`generations.${name}`));
    if (!serves) return;
    throw new GenerationConflict(
      `${name} was not dropped: readers are pointed at it by ${readersView}. Cut over to another generation first.`,
    );
  }

  return {
    kind: 'postgres',
    readers: readersView,

    assertHealthy: (signal) =>
      request('be asked for its health', () => assertAbleToBuild(pool), signal ? { signal } : {}).then(
        () => [],
      ),

    async create(name, meta) {
      if (name.length > longestName) throw new TypeError(`${name} is longer than ${longestName} characters`);
      await request(`create ${name}`, async (attempt) => {
        try {
          await inTransaction(pool, async (client) => {
            await client.query(table.create(name));
            await client.query(`COMMENT ON TABLE ${tableOf(name)} IS ${escapeLiteral(JSON.stringify(meta))}`);
          });
        } catch (error) {
          // Of two that create one name at the same time, the later fails on the catalog's unique index.
          const exists = ['42P07', '42710', '23505'];
          if (!(error instanceof DatabaseError) || !exists.includes(error.code ?? '')) throw error;
          // Only a table that an earlier try of this very call made, its answer lost, may be taken for success.
          if (attempt > 1 && (await metaOfTable(pool, name))?.uuid === meta.uuid) return;
          throw new GenerationConflict(
            `The table ${name} exists already; it was left as it is. Build under another name, or drop it first.`,
            { cause: error },
          );
        }
      });
      writer.began(name);
    },

    meta: (name) => request(`read the meta of ${name}`, () => metaOfTable(pool, name)),

    async list() {
      const { rows } = await request(`list the generations of ${projection}`, () =>
        pool.query<{ name: string }>(
          `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'generations' ORDER BY tablename COLLATE "C"`,
        ),
      );
      const names = rows.map(({ name }) => name);
      return names.filter((name): name is GenerationName => isGenerationName(name, projection));
    },

    write: (name, documents, signal) =>
      inSpan(
        () => storeSpan('postgresql', 'upsert', name, documents.length),
        () => writer.write(name, documents, signal),
      ),

    writeWithPositions: (name, documents, move) =>
      inSpan(
        () => storeSpan('postgresql', 'upsert', name, documents.length),
        () => writer.writeWithPositions(name, documents, move),
      ),

    read: (name, ids) =>
      inSpan(
        () => storeSpan('postgresql', 'select', name, ids.length),
        () => request(`read ${name}`, () => readDocuments(pool, table, name, ids)),
      ),

    observe: (name, id) => request(`read ${name}`, () => observeRow(pool, table, name, id)),

    correct: (name, id, observed, document, signal) =>
      request(
        `correct ${id} of ${name}`,
        () => correctRow(pool, table, name, { id, observed, document }),
        signal ? { signal } : {},
      ),

    scan: (name, scan = {}) =>
      scanTable(pool, table, name, scan, (what, step, again) =>
        request(what, step, {
          ...(again ? {} : { budgetMs: 0 }),
          ...(scan.signal ? { signal: scan.signal } : {}),
        }),
      ),

    // What is committed is visible.
    refresh: (name) =>
      request(
        `look for ${name}`,
        async () => void (await pool.query(`SELECT FROM ${tableOf(name)} LIMIT 0`)),
      ),

    bucketDigests: (name) => request(`sum up ${name}`, () => bucketDigests(pool, name)),

    counts: (name) => request(`count ${name}`, () => counts(pool, name)),

    async finishBuild(name, signal) {
      writer.finished(name);
      const finish = () => finishTable(pool, table, name, signal);
      await request(`finish ${name}`, finish, signal ? { signal } : {});
    },

    canaries: postgresCanaries(pool, request),

    observeReaders: () =>
      request(`find out where ${readersView} reads from`, () => observeView(pool, readers)),

    readBy: () => request(`find out who reads ${projection}`, () => viewsOn(pool, projection)),

    switchReaders: (from, to) =>
      request(`point ${readersView} to ${to}`, async (attempt) => {
        // The answer to an earlier try may have been lost after the switch was made.
        if (attempt > 1 && isAt(to, await observeView(pool, readers))) return;
        await inTransaction(pool, (client) => moveView(client, readers, from, to));
      }),

    drop: (name) =>
      request(`drop ${name}`, () =>
        inTransaction(pool, async (client) => {
          await refuseWhileServing(client, name);
          await client.query(`DROP TABLE IF EXISTS ${tableOf(name)}`);
          await client.query('DELETE FROM registry.canaries WHERE generation = $1', [name]);
        }),
      ),

    sizeInBytes: (name) => request(`measure ${name}`, () => sizeInBytes(pool, name)),
  };
}

function ofAnotherForm(what: string, cause: DatabaseError): GenerationConflict {
  return new GenerationConflict(
    `Postgres could not ${what}: ${cause.message}. The table has another form than this release makes: another release built it. ` +
      'Nothing was changed. Rebuild the read model with this release.',
    { cause },
  );
}
