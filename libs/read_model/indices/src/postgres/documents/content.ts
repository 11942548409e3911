import type { Pool } from 'pg';
import type { BucketDigest } from '@reprise/read-model-documents';
import type { GenerationCounts, GenerationMeta, GenerationName } from '../../generation/generation.ts';
import { tableOf, type GenerationTable } from '../table/generation-table.ts';
import { checkOut } from '../pool.ts';

/** Sums of the stored digests by bucket; numbers up to 2^53 are exact (see BucketDigest). */
export async function bucketDigests(pool: Pool, name: GenerationName): Promise<BucketDigest[]> {
  const { rows } = await pool.query<Record<keyof BucketDigest, string>>(
    `SELECT reprise_bucket::text AS bucket, count(*)::text AS documents, sum(reprise_high)::text AS high,
            sum(reprise_low)::text AS low
     FROM ${tableOf(name)} GROUP BY reprise_bucket ORDER BY reprise_bucket`,
  );
  return rows.map(({ bucket, documents, high, low }) => ({
    bucket: Number(bucket),
    documents: Number(documents),
    high: Number(high),
    low: Number(low),
  }));
}

/**
 * Documents in all, tombstones among them. Tables that releases before the second form built mark a tombstone in the document's
 * own `status`: readers may still be on one.
 */
export async function counts(pool: Pool, name: GenerationName): Promise<GenerationCounts> {
  const { rows: form } = await pool.query(
    `SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'reprise_tombstone'`,
    [tableOf(name)],
  );
  const marked = form.length > 0 ? 'count(reprise_tombstone)' : `count(*) FILTER (WHERE status = 'deleted')`;
  const { rows } = await pool.query<{ documents: string; tombstones: string }>(
    `SELECT count(*) AS documents, ${marked} AS tombstones FROM ${tableOf(name)}`,
  );
  const { documents, tombstones } = rows[0]!;
  return { documents: Number(documents), tombstones: Number(tombstones) };
}

/** The meta in the table's comment; undefined when there is no such table, or its comment is no meta. */
export async function metaOfTable(pool: Pool, name: GenerationName): Promise<GenerationMeta | undefined> {
  const { rows } = await pool.query<{ comment: string | null }>(
    `SELECT obj_description(to_regclass($1), 'pg_class') AS comment`,
    [tableOf(name)],
  );
  const comment = rows[0]?.comment ?? '';
  try {
    return JSON.parse(comment) as GenerationMeta;
  } catch {
    return undefined;
  }
}

/** Table, indexes and large values, in bytes. */
export async function sizeInBytes(pool: Pool, name: GenerationName): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('${tableOf(name)}') AS bytes`,
  );
  return Number(rows[0]!.bytes);
}

/**
 * Makes the indexes that are not there yet, and the statistics and visibility map that plans and index-only scans need. What
 * runs on the server when `signal` aborts is cancelled there.
 */
export async function finishTable(
  pool: Pool,
  table: GenerationTable,
  name: GenerationName,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { rows } = await pool.query<{ indexname: string }>(
    `SELECT indexname FROM pg_indexes WHERE schemaname = 'generations' AND tablename = $1`,
    [name],
  );
  const there = new Set(rows.map(({ indexname }) => indexname));
  const missing = table.indexes(name).filter(({ index }) => !there.has(index));
  const { client, release } = await checkOut(pool);
  let pid: number | undefined;
  // If the cancellation does not arrive, the statement runs to its end; the abort is reported after it.
  const cancel = () => void pool.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => {});
  try {
    const { rows: self } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    pid = self[0]!.pid;
    signal?.addEventListener('abort', cancel, { once: true });
    for (const sql of [...missing.map((index) => index.sql), `VACUUM (ANALYZE) ${tableOf(name)}`]) {
      signal?.throwIfAborted();
      await client.query(sql);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    release();
  }
}
