import type { DocumentToWrite } from '../generation.ts';
import { digestField } from './index-definition.ts';

/** A run of documents as one `_bulk` body. */
export interface Bulk {
  readonly documents: readonly DocumentToWrite[];
  readonly body: string;
  /** Size of the body in bytes (UTF-8). */
  readonly bytes: number;
}

/** How large one bulk may become; a single document larger than `bytes` still makes a bulk of its own. */
export interface BulkSize {
  readonly bytes: number;
  readonly documents: number;
}

/**
 * The two lines of a document: its write under an external version, and its source. The canonical JSON is taken as it is and
 * the digest is put before its closing brace, so nothing is serialised twice. Documents are never empty: `{}` would not work.
 */
export function bulkLines({ id, version, canonical, digest }: DocumentToWrite): string {
  const { bucket, high, low } = digest;
  return (
    `{"index":{"_id":${JSON.stringify(id)},"version":${version},"version_type":"external"}}\n` +
    `${canonical.slice(0, -1)},"${digestField}":{"bucket":${bucket},"high":${high},"low":${low}}}\n`
  );
}

/**
 * Takes the next bulk from `documents`, starting at index `from`.
 *
 * @returns undefined when nothing is left
 */
export function takeBulk(
  documents: readonly DocumentToWrite[],
  from: number,
  size: BulkSize,
): Bulk | undefined {
  if (from >= documents.length) return undefined;
  const end = Math.min(documents.length, from + size.documents);
  let body = '';
  let bytes = 0;
  let next = from;
  for (; next < end; next++) {
    const lines = bulkLines(documents[next]!);
    const length = Buffer.byteLength(lines);
    if (next > from && bytes + length > size.bytes) break;
    body += lines;
    bytes += length;
  }
  return { documents: documents.slice(from, next), body, bytes };
}
