import type { ProductEvent } from '@reprise/events';
import type { ReadModelDocument } from '@reprise/read-model-documents';
import {
  prepareDocument,
  type DocumentToWrite,
  type GenerationName,
  type GenerationStore,
  type StoredDocument,
  type WriteResult,
} from '@reprise/read-model-indices';
import { applyEvent, type Projection } from '@reprise/read-model-projections';

/** The generation that is fed, and what it is made of. */
export interface FeedTarget {
  readonly store: GenerationStore;
  readonly name: GenerationName;
  readonly projection: Projection;
}

/** All events of one aggregate in version order, from the permanent log. */
export type AggregateHistory = (aggregateId: string) => Promise<readonly ProductEvent[]>;

/** An event that came before its predecessors and for which the history had no remedy. */
export interface UnresolvedGap {
  readonly aggregateId: string;
  readonly expected: number;
  readonly found: number;
}

export interface FeedResult {
  readonly applied: number;
  readonly duplicate: number;
  /** Aggregates whose missing events were taken from the history. */
  readonly repaired: readonly string[];
  readonly gaps: readonly UnresolvedGap[];
  /** Events a projection refused: deterministic, they will never apply. */
  readonly poison: readonly { readonly event: ProductEvent; readonly error: Error }[];
  readonly write: WriteResult;
}

/** Writes the documents of a batch; the default is `store.write`, stores with transactions commit positions along with it. */
export type WriteBatch = (documents: readonly DocumentToWrite[]) => Promise<WriteResult>;

/**
 * Applies events to a generation under the version guard: reads the documents they touch, folds each aggregate's events in
 * version order, and writes each changed document once. Duplicates and late events change nothing. A gap is closed from
 * `history`, which may hold later events than the batch; without one it is reported and the aggregate stays as it was.
 *
 * Safe to repeat and to run beside other feeds of the same generation: equal versions have equal content, and the store
 * lets no older version replace a newer one.
 */
export async function feedEvents(
  target: FeedTarget,
  events: readonly ProductEvent[],
  history: AggregateHistory | undefined,
  write: WriteBatch = (documents) => target.store.write(target.name, documents),
): Promise<FeedResult> {
  const byAggregate = Map.groupBy(events, (event) => event.subject);
  const stored = await target.store.read(target.name, [...byAggregate.keys()]);
  const changed: DocumentToWrite[] = [];
  const result = { applied: 0, duplicate: 0, repaired: [] as string[], gaps: [] as UnresolvedGap[] };
  const poison: { event: ProductEvent; error: Error }[] = [];

  for (const [aggregateId, own] of byAggregate) {
    const before = asDocument(stored.get(aggregateId));
    let folded = foldInOrder(target.projection, before, own);
    if (folded.gap && history) {
      folded = foldInOrder(target.projection, before, await history(aggregateId));
      if (!folded.gap) result.repaired.push(aggregateId);
    }
    if (folded.gap) result.gaps.push({ aggregateId, ...folded.gap });
    if (folded.poison) poison.push(folded.poison);
    const applied = Math.max(0, (folded.document?.version ?? 0) - (before?.version ?? 0));
    result.applied += applied;
    result.duplicate += Math.max(0, own.length - applied);
    if (folded.document && folded.document !== before) changed.push(prepareDocument(folded.document));
  }
  return { ...result, poison, write: await write(changed) };
}

interface Folded {
  readonly document: ReadModelDocument | undefined;
  readonly gap?: { readonly expected: number; readonly found: number };
  readonly poison?: { readonly event: ProductEvent; readonly error: Error };
}

/** Folds one aggregate's events onto its document, in version order; stops at the first gap or poison event. */
export function foldInOrder(
  projection: Projection,
  document: ReadModelDocument | undefined,
  events: readonly ProductEvent[],
): Folded {
  let current = document;
  for (const event of events.toSorted((a, b) => a.aggregateversion - b.aggregateversion)) {
    try {
      const result = applyEvent(projection, current, event);
      if (result.outcome === 'gap') {
        return { document: current, gap: { expected: result.expected, found: event.aggregateversion } };
      }
      if (result.outcome === 'applied') current = result.document;
    } catch (error) {
      return {
        document: current,
        poison: { event, error: error instanceof Error ? error : new Error(String(error)) },
      };
    }
  }
  return { document: current };
}

/** A stored document is what the projection made before, so it may be handed back to it. */
function asDocument(stored: StoredDocument | undefined): ReadModelDocument | undefined {
  return stored?.document as ReadModelDocument | undefined;
}
