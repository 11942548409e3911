import type { DocumentToWrite } from '@reprise/read-model-indices';
import { ownField } from '../creation/index-definition.ts';

/** A run of documents as one `_bulk` body. */
export interface Bulk {
  readonly documents: readonly DocumentToWrite[];
  /** NDJSON in UTF-8. */
  readonly body: Buffer;
}

/** How large one bulk may become; a single document larger than `bytes` still makes its own bulk. */
export interface BulkSize {
  readonly bytes: number;
  readonly documents: number;
}

/**
 * The two lines of a document: its write under an external version, and its source. The canonical JSON is taken as it is and
 * the store's own fields are put before its closing brace, so nothing is serialised twice.
 */
export function bulkLines({ id, version, tombstone, canonical, digest }: DocumentToWrite): string {
  const { bucket, high, low } = digest;
  const fields = canonical.length > 2 ? `${canonical.slice(0, -1)},` : '{';
  const end = tombstone === undefined ? '' : `,"tombstone":"${tombstone}"`;
  return (
    `{"index":{"_id":${JSON.stringify(id)},"version":${version},"version_type":"external"}}\n` +
    `${fields}"${ownField}":{"bucket":${bucket},"high":${high},"low":${low}${end}}}\n`
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
  const lines: string[] = [];
  let bytes = 0;
  for (let next = from; next < end; next++) {
    const text = bulkLines(documents[next]!);
    const length = Buffer.byteLength(text);
    if (next > from && bytes + length > size.bytes) break;
    lines.push(text);
    bytes += length;
  }
  // Encoded line by line: as one string, a single character beyond Latin-1 would double the memory and the time of all.
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const text of lines) at += body.write(text, at);
  return { documents: documents.slice(from, from + lines.length), body };
}
