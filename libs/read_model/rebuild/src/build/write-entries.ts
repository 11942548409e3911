import { BucketSums, type VersionedDocument } from '@reprise/read-model-documents';
import { prepareDocument, type DocumentToWrite, type WriteResult } from '@reprise/read-model-indices';
import type { FoldEntry } from '@reprise/read-model-projections';
import { tallyRefused, type SliceTally } from '../fold/slice-tally.ts';

/** Takes documents for good: resolves when every one of them is durable or finally rejected. */
export type WriteDocuments = (documents: readonly DocumentToWrite[]) => Promise<WriteResult>;

/** What a write comes to that only looks at its documents. */
export const nothingWritten: WriteResult = { written: 0, stale: 0, rejected: [] };

/** Groups handed to the store at a time; while they are written the next one is made. */
const groupsInFlight = 2;

/**
 * Writes the final documents of folded entries and tallies what the store must hold afterwards. Entries that still wait for
 * an event are handed to `unresolved`; of those, what was folded so far is written too.
 *
 * @throws whatever `write` or `groups` throw; groups in flight are awaited first, so nothing is written after it returns
 */
export async function writeEntries(
  groups: Iterable<readonly FoldEntry[]> | AsyncIterable<readonly FoldEntry[]>,
  tally: SliceTally,
  write: WriteDocuments,
  unresolved: (entry: FoldEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  const sums = new BucketSums();
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const group of groups) {
      if (failures.length > 0 || signal.aborted) break;
      const documents = prepareGroup(group, tally, sums, unresolved);
      if (documents.length === 0) continue;
      const writing = write(documents)
        .then((result) => tallyWrite(tally, result))
        .catch((error: unknown) => void failures.push(error))
        .finally(() => inFlight.delete(writing));
      inFlight.add(writing);
      if (inFlight.size >= groupsInFlight) await Promise.race(inFlight);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
  tally.buckets = sums.list();
}

function prepareGroup(
  group: readonly FoldEntry[],
  tally: SliceTally,
  sums: BucketSums,
  unresolved: (entry: FoldEntry) => void,
): DocumentToWrite[] {
  const documents: DocumentToWrite[] = [];
  for (const entry of group) {
    if (entry.held) unresolved(entry);
    if (!entry.document) continue;
    const prepared = prepareDocument(entry.document);
    tallyDocument(tally, entry.document, prepared);
    sums.add(prepared.digest);
    documents.push(prepared);
  }
  return documents;
}

function tallyDocument(tally: SliceTally, document: VersionedDocument, { canonical }: DocumentToWrite): void {
  tally.documents++;
  if (document.tombstone !== undefined) tally.tombstones++;
  tally.bytes += canonical.length;
}

function tallyWrite(tally: SliceTally, { written, stale, rejected }: WriteResult): void {
  tally.written += written;
  tally.stale += stale;
  tallyRefused(tally, rejected);
}
