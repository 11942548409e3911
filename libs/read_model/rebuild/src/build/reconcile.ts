import { BucketSums, type ReadModelDocument } from '@reprise/read-model-documents';
import { prepareDocument, type DocumentToWrite, type StoredDocument } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { foldInto, type FoldEntry, type HeldEvent } from './aggregate-fold.ts';
import { emptyTally, listedFaults, type SliceTally, tallyRefused } from './slice-tally.ts';
import type { WriteDocuments } from './write-entries.ts';

export interface ReconcileInput {
  readonly projection: Projection;
  readonly unresolved: readonly FoldEntry[];
  readonly read: (ids: readonly string[]) => Promise<Map<string, StoredDocument>>;
  readonly write: WriteDocuments;
  readonly groupSize: number;
}

/**
 * Joins aggregates whose events lie in several slices, as happens when partitions were added to the topic: the events that
 * wait are folded onto the document another slice wrote. What still waits afterwards is a version gap.
 *
 * The tally compares with what the store holds, so it can be taken only while nothing of it has been written: take it first
 * with a `write` that does nothing, save it, then run again to write.
 *
 * @returns a tally of the changes only: its buckets are differences (a changed document is taken out and put in again)
 */
export async function reconcileSlices(input: ReconcileInput): Promise<SliceTally> {
  const tally = emptyTally();
  const sums = new BucketSums();
  const waiting = collectHeld(input.unresolved);
  const ids = [...waiting.keys()];
  for (let at = 0; at < ids.length; at += input.groupSize) {
    const group = ids.slice(at, at + input.groupSize);
    const stored = await input.read(group);
    const changed: DocumentToWrite[] = [];
    for (const id of group) {
      const before = stored.get(id);
      const entry: FoldEntry = {
        document: before?.document as ReadModelDocument | undefined,
        held: undefined,
      };
      for (const held of waiting.get(id)!) fold(input.projection, entry, held, tally);
      if (entry.held) noteGap(tally, id, entry.document, entry.held);
      if (!entry.document || entry.document.version === before?.version) continue;
      const prepared = prepareDocument(entry.document);
      if (before) sums.remove(before.digest);
      sums.add(prepared.digest);
      if (!before) tally.documents++;
      tally.tombstones +=
        Number(entry.document.status === 'deleted') - Number(before?.document['status'] === 'deleted');
      changed.push(prepared);
    }
    const result = await input.write(changed);
    tally.written += result.written;
    tally.stale += result.stale;
    tallyRefused(tally, result.rejected);
  }
  tally.buckets = sums.list(true);
  return tally;
}

function collectHeld(unresolved: readonly FoldEntry[]): Map<string, HeldEvent[]> {
  const waiting = new Map<string, HeldEvent[]>();
  for (const { held = [] } of unresolved) {
    const id = held[0]?.event.subject;
    if (id === undefined) continue;
    waiting.set(id, [...(waiting.get(id) ?? []), ...held]);
  }
  for (const held of waiting.values())
    held.sort((a, b) => a.event.aggregateversion - b.event.aggregateversion);
  return waiting;
}

function fold(
  projection: Projection,
  entry: FoldEntry,
  { event, position }: HeldEvent,
  tally: SliceTally,
): void {
  const result = foldInto(projection, entry, event, () => BigInt(position), 0);
  tally.applied += result.released;
  if (result.outcome === 'applied') tally.applied++;
  if (result.outcome === 'duplicate') tally.duplicate++;
  if (result.outcome === 'poison') {
    tally.poisoned++;
    if (tally.poison.length < listedFaults) {
      tally.poison.push({
        slice: -1,
        position: result.position,
        reason: 'not-applicable',
        message: result.error.message,
        aggregateId: event.subject,
      });
    }
  }
}

function noteGap(
  tally: SliceTally,
  aggregateId: string,
  document: ReadModelDocument | undefined,
  held: HeldEvent[],
): void {
  tally.gapped++;
  tally.heldBack += held.length;
  if (tally.gaps.length < listedFaults) {
    tally.gaps.push({ aggregateId, expected: (document?.version ?? 0) + 1, held: held.length });
  }
}
