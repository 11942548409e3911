import { BucketSums, type VersionedDocument } from '@reprise/read-model-documents';
import {
  asVersioned,
  prepareDocument,
  type DocumentToWrite,
  type StoredDocument,
} from '@reprise/read-model-indices';
import type { FoldEntry, FoldOutcome, HeldEvent, Projection } from '@reprise/read-model-projections';
import { PoisonIndex } from '../fold/poison-places.ts';
import { foldReplacing, type Remedy } from '../left-out/remedy.ts';
import {
  emptyTally,
  listedFaults,
  type PoisonPlace,
  type SliceTally,
  tallyRefused,
} from '../fold/slice-tally.ts';
import type { WriteDocuments } from './write-entries.ts';

export interface ReconcileInput {
  readonly projection: Projection;
  readonly unresolved: readonly FoldEntry[];
  readonly read: (ids: readonly string[]) => Promise<Map<string, StoredDocument>>;
  readonly write: WriteDocuments;
  readonly groupSize: number;
  /** Given where records were left out, or poison may be resolved: these aggregates are looked at too. */
  readonly remedy?: Remedy | undefined;
  /** Poison events of the slices: some aggregates wait behind them. */
  readonly poison?: Iterable<PoisonPlace>;
}

/**
 * Joins aggregates whose events lie in several slices, as happens when partitions were added to the topic: the events that
 * wait are folded onto the document another slice wrote. What still waits afterwards is a version gap, unless it waits behind a
 * record that was left out.
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
  const { projection, remedy } = input;
  const poison = new PoisonIndex(input.poison ?? []);
  const ids = [...new Set([...waiting.keys(), ...(remedy?.aggregateIds ?? [])])];
  for (let at = 0; at < ids.length; at += input.groupSize) {
    const group = ids.slice(at, at + input.groupSize);
    const stored = await input.read(group);
    const changed: DocumentToWrite[] = [];
    for (const id of group) {
      const before = stored.get(id);
      const entry: FoldEntry = {
        document: before && asVersioned(before),
        held: undefined,
      };
      const held = waiting.get(id) ?? [];
      const replacements = (await remedy?.eventsFor(id, held.at(-1)?.event.aggregateversion ?? 0)) ?? [];
      tally.replaced += foldReplacing(projection, entry, held, replacements, (outcome, { event }) => {
        countOutcome(tally, outcome, event.subject);
        if (outcome.outcome === 'poison')
          poison.add({ aggregateId: event.subject, version: outcome.event.aggregateversion });
      });
      remedy?.reached(id, entry.document?.version ?? 0);
      if (entry.held) noteGap(tally, id, entry.document, entry.held, { remedy, poison });
      if (!entry.document || entry.document.version === before?.version) continue;
      const prepared = prepareDocument(entry.document);
      if (before) sums.remove(before.digest);
      sums.add(prepared.digest);
      if (!before) tally.documents++;
      tally.tombstones +=
        Number(entry.document.tombstone !== undefined) - Number(before?.tombstone !== undefined);
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

function countOutcome(tally: SliceTally, result: FoldOutcome, aggregateId: string): void {
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
        aggregateId,
        version: result.event.aggregateversion,
      });
    }
  }
}

function noteGap(
  tally: SliceTally,
  aggregateId: string,
  document: VersionedDocument | undefined,
  held: readonly HeldEvent[],
  { remedy, poison }: { readonly remedy: Remedy | undefined; readonly poison: PoisonIndex },
): void {
  const expected = (document?.version ?? 0) + 1;
  const found = held[0]!.event.aggregateversion;
  tally.heldBack += held.length;
  if (remedy?.explains(aggregateId, expected, found)) {
    tally.heldAggregates++;
    return;
  }
  tally.gapped++;
  if (poison.explains(aggregateId, expected, found)) tally.behindPoison++;
  if (tally.gaps.length < listedFaults) tally.gaps.push({ aggregateId, expected, found, held: held.length });
}
