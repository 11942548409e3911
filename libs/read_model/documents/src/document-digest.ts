import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Tombstone, VersionedDocument } from './versioned-document.ts';

/** Number of key buckets a read model's content is summed in. A power of two. */
export const bucketCount = 256;

/** Fingerprint of one document's content, stored beside it: two unsigned 32-bit halves and the key bucket it counts in. */
export interface DocumentDigest {
  readonly bucket: number;
  readonly high: number;
  readonly low: number;
}

/**
 * Sums over the documents of one bucket. Order plays no part in a sum, so any writer, worker or store gives the same one.
 * Sums of 32-bit numbers are exact in a double (and in Elasticsearch's `sum`) up to 2^21 documents a bucket, 536 million in all.
 */
export interface BucketDigest {
  readonly bucket: number;
  readonly documents: number;
  readonly high: number;
  readonly low: number;
}

/** Digest of a content: the first 64 bits of SHA-256 over its id and text, and its bucket by FNV-1a of the id. */
export function documentDigest(id: string, text: string): DocumentDigest {
  const hex = hash('sha256', `${id}\n${text}`, 'hex');
  return { bucket: bucketOf(id), high: parseInt(hex.slice(0, 8), 16), low: parseInt(hex.slice(8, 16), 16) };
}

/** Digest of what is kept of an aggregate: its id, version, tombstone and document. */
export function contentDigest({ id, version, tombstone, data }: VersionedDocument): DocumentDigest {
  return documentDigest(id, contentText(version, tombstone, data === undefined ? '' : canonicalJson(data)));
}

/** The text that a digest is made of, beside the id. @param canonical canonical JSON of the document, empty where there is none */
export function contentText(version: number, tombstone: Tombstone | undefined, canonical: string): string {
  return `${version}${tombstone === undefined ? '' : ` ${tombstone}`}\n${canonical}`;
}

/** Key bucket of a document id, 0 to 255: FNV-1a (32 bits) of its UTF-16 code units. */
export function bucketOf(id: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) value = Math.imul(value ^ id.charCodeAt(i), 0x01000193);
  return (value >>> 0) % bucketCount;
}

/** Bucket sums that grow document by document: what the fold expects the store to hold. */
export class BucketSums {
  readonly #documents = new Float64Array(bucketCount);
  readonly #high = new Float64Array(bucketCount);
  readonly #low = new Float64Array(bucketCount);

  add(digest: DocumentDigest): void {
    this.#change(digest, 1);
  }

  remove(digest: DocumentDigest): void {
    this.#change(digest, -1);
  }

  merge(buckets: readonly BucketDigest[]): void {
    for (const { bucket, documents, high, low } of buckets) {
      this.#documents[bucket]! += documents;
      this.#high[bucket]! += high;
      this.#low[bucket]! += low;
    }
  }

  /** The buckets that hold at least one document, in bucket order; with `all`, every bucket whose sums are not zero (differences). */
  list(all = false): BucketDigest[] {
    const buckets: BucketDigest[] = [];
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const documents = this.#documents[bucket]!;
      const high = this.#high[bucket]!;
      const low = this.#low[bucket]!;
      const changed = all && (high !== 0 || low !== 0);
      if (documents !== 0 || changed) buckets.push({ bucket, documents, high, low });
    }
    return buckets;
  }

  #change({ bucket, high, low }: DocumentDigest, sign: 1 | -1): void {
    this.#documents[bucket]! += sign;
    this.#high[bucket]! += sign * high;
    this.#low[bucket]! += sign * low;
  }
}

/** The content digest of a whole read model: SHA-256 (hex) over its non-empty buckets in order. */
export function digestOfBuckets(buckets: readonly BucketDigest[]): string {
  const lines = [...buckets]
    .filter(({ documents }) => documents > 0)
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ bucket, documents, high, low }) => `${bucket}:${documents}:${high}:${low}\n`);
  return hash('sha256', lines.join(''), 'hex');
}
