import type { FoldEntry } from '@reprise/read-model-projections';

/** An entry, and what it is estimated to take of the memory. */
export interface SizedEntry extends FoldEntry {
  bytes: number;
  /** Bytes of the values that were applied to it, and how many there are when it is measured next. */
  applied: number;
  measureAt: number;
}

/** Estimated bytes of a document in memory beside its own text: object, map entry, strings' headers. */
export const entryOverhead = 700;
/**
 * A document is measured again when the values applied to it are so many times what they were: one that grew sooner than one that
 * did not. It is done a few times in a document's whole life, and costs a rebuild next to nothing.
 */
const whenGrown = 2;
const whenNot = 4;

/** An entry with nothing in it yet, as large as its first event. */
export function newEntry(valueBytes: number): SizedEntry {
  const bytes = valueBytes + entryOverhead;
  return {
    document: undefined,
    held: undefined,
    bytes,
    applied: 0,
    measureAt: bytes * whenGrown,
  };
}

/** An entry that was folded before, as large as its document is. */
export function measured({ document, held }: FoldEntry): SizedEntry {
  const bytes = sizeOf(document);
  return { document, held, bytes, applied: bytes, measureAt: bytes * whenGrown };
}

/**
 * The bytes by which an entry has grown with an event that was applied to it: 0 until its document is measured again. Events say
 * nothing about that: a document may collect all of them, or stay as it is with any number.
 */
export function growthOf(entry: SizedEntry, valueBytes: number): number {
  entry.applied += valueBytes;
  if (entry.applied < entry.measureAt) return 0;
  const growth = Math.max(0, sizeOf(entry.document) - entry.bytes);
  entry.bytes += growth;
  entry.measureAt = entry.applied * (growth > 0 ? whenGrown : whenNot);
  return growth;
}

function sizeOf(document: FoldEntry['document']): number {
  return entryOverhead + (document?.data === undefined ? 0 : JSON.stringify(document.data).length);
}
