import type { DomainEvent } from '@reprise/events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import {
  asVersioned,
  prepareDocument,
  type Blocker,
  type DocumentToWrite,
  type GenerationName,
  type StoredDocument,
  type WriteResult,
} from '@reprise/read-model-indices';
import { applyEvent, type Projection } from '@reprise/read-model-projections';
import { HistoryUnreadable, type AggregateHistory } from '../event-store/aggregate-history.ts';
import type { FedStore } from './gathered-store.ts';

/** The generation that is fed, and what it is made of. */
export interface FeedTarget {
  readonly store: FedStore;
  readonly name: GenerationName;
  readonly projection: Projection;
}

/** An event that came before its predecessors and for which the history had no remedy. */
export interface UnresolvedGap {
  readonly aggregateId: string;
  readonly expected: number;
  readonly found: number;
  /** Why the history had none, where there is more to say than that it lacks the event. */
  readonly reason?: string;
}

/** Events of one aggregate whose document the store will never take. */
export interface RefusedDocument {
  readonly aggregateId: string;
  /** Version the stored document has and keeps; the refused events are later ones. */
  readonly after: number;
  readonly reason: string;
}

/** Events of one aggregate that come after a version which is a dead letter: nothing was tried with them. */
export interface WaitingEvents {
  readonly aggregateId: string;
  readonly blocker: Blocker;
}

/** The known blockers at exactly the versions that aggregates need next. */
export type FindBlockers = (
  needed: readonly { readonly aggregateId: string; readonly version: number }[],
) => Promise<ReadonlyMap<string, Blocker>>;

export interface FeedResult {
  readonly applied: number;
  readonly duplicate: number;
  /** Aggregates whose missing events were taken from the history. */
  readonly repaired: readonly string[];
  readonly gaps: readonly UnresolvedGap[];
  /** Events a projection refused: deterministic, they will never apply. */
  readonly poison: readonly { readonly event: DomainEvent; readonly error: Error }[];
  readonly refused: readonly RefusedDocument[];
  readonly waiting: readonly WaitingEvents[];
  readonly write: WriteResult;
}

/**
 * Writes the documents of a batch; the default is `store.write`. `isWhole` is false when the fold left events out, so that a store
 * with transactions commits positions along with the documents only if nothing has to be put aside first.
 */
export type WriteBatch = (documents: readonly DocumentToWrite[], isWhole: boolean) => Promise<WriteResult>;

/**
 * Applies events to a generation under the version guard: reads the documents they touch, folds each aggregate's events in
 * version order, and writes each changed document once. Duplicates and late events change nothing. A gap is closed from
 * `history`, which may hold later events than the batch; without one it is reported and the aggregate stays as it was.
 * Events behind a blocker that is known and was looked for in the history before are reported as waiting, at no more cost.
 *
 * Safe to repeat and to run beside other feeds of the same generation: equal versions have equal content, and the store
 * lets no older version replace a newer one.
 */
export async function feedEvents(
  target: FeedTarget,
  events: readonly DomainEvent[],
  history: AggregateHistory | undefined,
  write: WriteBatch = (documents) => target.store.write(target.name, documents),
  findBlockers: FindBlockers = () => Promise.resolve(new Map()),
): Promise<FeedResult> {
  const own = events.filter((event) => event.aggregatetype === target.projection.aggregate);
  const byAggregate = Map.groupBy(own, (event) => event.subject);
  const ids = [...byAggregate.keys()];
  const stored =
    ids.length > 0 ? await target.store.read(target.name, ids) : new Map<string, StoredDocument>();
  const changed: DocumentToWrite[] = [];
  const result = { applied: 0, duplicate: 0, repaired: [] as string[], gaps: [] as UnresolvedGap[] };
  const poison: { event: DomainEvent; error: Error }[] = [];
  const waiting: WaitingEvents[] = [];
  const appliedTo = new Map<string, number>();

  const folds = [...byAggregate].map(([aggregateId, own]) => {
    const held = stored.get(aggregateId);
    const before = held && asVersioned(held);
    return { aggregateId, own, before, folded: foldInOrder(target.projection, before, own) as Remedied };
  });
  const gaps = folds.flatMap(({ aggregateId, folded: { gap } }) =>
    gap ? [{ aggregateId, version: gap.expected }] : [],
  );
  const blockers = gaps.length > 0 ? await findBlockers(gaps) : new Map<string, Blocker>();

  for (const { aggregateId, own, before, folded: first } of folds) {
    let folded = first;
    const blocker = blockers.get(aggregateId);
    if (folded.gap && history && !blocker?.remedySought) {
      folded = await closeGap(target.projection, before, own, history, folded);
      if (!folded.gap && !folded.poison) result.repaired.push(aggregateId);
    }
    const { document, gap, reason } = folded;
    if (blocker && isStillBlocked(folded, own, blocker)) waiting.push({ aggregateId, blocker });
    else if (gap) result.gaps.push({ aggregateId, ...gap, ...(reason !== undefined && { reason }) });
    else if (folded.poison) poison.push(folded.poison);
    const { applied } = folded;
    result.applied += applied;
    appliedTo.set(aggregateId, applied);
    result.duplicate += Math.max(0, own.length - applied);
    if (document && document !== before) changed.push(prepareDocument(document));
  }
  const isWhole = result.gaps.length + poison.length + waiting.length === 0;
  const written = await write(changed, isWhole);
  const refused = written.rejected.map(({ id, reason }) => {
    result.applied -= appliedTo.get(id) ?? 0;
    return { aggregateId: id, after: stored.get(id)?.version ?? 0, reason };
  });
  return { ...result, poison, refused, waiting, write: written };
}

/** Whether it is the blocked version, missing or from the history, that holds the aggregate's own events up. */
function isStillBlocked({ gap, poison }: Folded, own: readonly DomainEvent[], blocker: Blocker): boolean {
  if (gap) return gap.expected === blocker.version;
  return poison?.event.aggregateversion === blocker.version && !own.includes(poison.event);
}

/** Folds again with what the history knows. The batch's own events stay in: a history without them closes nothing. */
async function closeGap(
  projection: Projection,
  before: VersionedDocument | undefined,
  own: readonly DomainEvent[],
  history: AggregateHistory,
  folded: Remedied,
): Promise<Remedied> {
  try {
    const known = await history(own[0]?.subject ?? '', projection.name);
    return foldInOrder(projection, before, [...known, ...own]);
  } catch (error) {
    if (!(error instanceof HistoryUnreadable)) throw error;
    return { ...folded, reason: error.message };
  }
}

interface Folded {
  readonly document: VersionedDocument | undefined;
  readonly applied: number;
  readonly gap?: { readonly expected: number; readonly found: number };
  readonly poison?: { readonly event: DomainEvent; readonly error: Error };
}

type Remedied = Folded & { readonly reason?: string };

/** Folds one aggregate's events onto its document, in version order; stops at the first gap or poison event. */
export function foldInOrder(
  projection: Projection,
  document: VersionedDocument | undefined,
  events: readonly DomainEvent[],
): Folded {
  let current = document;
  let applied = 0;
  for (const event of events.toSorted((a, b) => a.aggregateversion - b.aggregateversion)) {
    try {
      const result = applyEvent(projection, current, event);
      if (result.outcome === 'gap') {
        return {
          document: current,
          applied,
          gap: { expected: result.expected, found: event.aggregateversion },
        };
      }
      if (result.outcome !== 'applied') continue;
      current = result.document;
      applied++;
    } catch (error) {
      return {
        document: current,
        applied,
        poison: { event, error: error instanceof Error ? error : new Error(String(error)) },
      };
    }
  }
  return { document: current, applied };
}
