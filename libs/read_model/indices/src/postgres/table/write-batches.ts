import { DatabaseError } from 'pg';
import type { DocumentToWrite, RejectedDocument, WriteResult } from '../../generation/generation.ts';
import { isStorableText, refusal, type StoredColumn } from './columns.ts';

/** Limits of one statement: rows, and characters of JSON, whichever comes first. */
export interface BatchLimits {
  readonly rows: number;
  readonly characters: number;
}

export const defaultBatchLimits: BatchLimits = { rows: 2_000, characters: 4_000_000 };

/** A document that passed the check, with the fields it was checked by. */
export interface PreparedDocument {
  readonly source: DocumentToWrite;
  /** Undefined where a tombstone has no document. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** What is sent of a call's documents, in statements; the rest is decided already. */
export interface PreparedWrite {
  readonly batches: readonly (readonly PreparedDocument[])[];
  /** Documents of the call that a later version of the same call outdoes. */
  readonly stale: number;
  readonly rejected: readonly RejectedDocument[];
}

/**
 * Checks documents against the columns, keeps the latest version of each id, and cuts them into batches in ascending id order:
 * writers that lock rows in one order cannot deadlock.
 */
export function prepareWrite(
  columns: readonly StoredColumn[],
  documents: readonly DocumentToWrite[],
  limits: BatchLimits,
): PreparedWrite {
  const latest = new Map<string, PreparedDocument>();
  const rejected: RejectedDocument[] = [];
  for (const source of documents) {
    const { id, version, canonical } = source;
    const fields = canonical === '' ? undefined : (JSON.parse(canonical) as Record<string, unknown>);
    const reason = isStorableText(id)
      ? fields && refusal(columns, fields)
      : 'its id is no text that a column holds';
    if (reason !== undefined) rejected.push({ id, version, reason });
    else if (version > (latest.get(id)?.source.version ?? -1)) latest.set(id, { source, fields });
  }
  const ascending = [...latest.values()].sort((a, b) => (a.source.id < b.source.id ? -1 : 1));
  const batches: PreparedDocument[][] = [];
  let batch: PreparedDocument[] = [];
  let characters = 0;
  for (const document of ascending) {
    const { length } = document.source.canonical;
    if (batch.length === limits.rows || (batch.length > 0 && characters + length > limits.characters)) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(document);
    characters += length;
  }
  if (batch.length > 0) batches.push(batch);
  return { batches, stale: documents.length - rejected.length - latest.size, rejected };
}

/** The parameter of one statement: documents with the store's own fields, put together from text that is JSON already. */
export function batchJson(batch: readonly PreparedDocument[]): string {
  const rows = batch.map(({ source: { id, version, tombstone, canonical, digest } }) => {
    const end = tombstone === undefined ? '' : `,"reprise_tombstone":"${tombstone}"`;
    const fields = canonical.length > 2 ? `,${canonical.slice(1)}` : '}';
    return (
      `{"reprise_id":${JSON.stringify(id)},"reprise_version":${version},"reprise_bucket":${digest.bucket},` +
      `"reprise_high":${digest.high},"reprise_low":${digest.low}${end}${fields}`
    );
  });
  return `[${rows.join(',')}]`;
}

/**
 * Writes one batch. If the server takes offence at the data, the batch is halved until the documents it will never take are
 * found: they are rejected and the others written.
 *
 * @param upsert writes documents in one statement that changes all or nothing, and resolves to the number of rows changed
 */
export async function writeBatch(
  batch: readonly PreparedDocument[],
  upsert: (json: string) => Promise<number>,
): Promise<WriteResult> {
  try {
    const written = await upsert(batchJson(batch));
    return { written, stale: batch.length - written, rejected: [] };
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (batch.length === 1) {
      const { id, version } = batch[0]!.source;
      return { written: 0, stale: 0, rejected: [{ id, version, reason: `${error.code}: ${error.message}` }] };
    }
    const middle = batch.length >> 1;
    const first = await writeBatch(batch.slice(0, middle), upsert);
    return sumOf([first, await writeBatch(batch.slice(middle), upsert)]);
  }
}

export function sumOf(results: readonly WriteResult[]): WriteResult {
  return {
    written: results.reduce((sum, { written }) => sum + written, 0),
    stale: results.reduce((sum, { stale }) => sum + stale, 0),
    rejected: results.flatMap(({ rejected }) => rejected),
  };
}

/** Data exceptions (22), integrity violations (23), program limits such as the size of an index entry (54). */
export function isDataError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(22|23|54)/.test(error.code ?? '');
}
