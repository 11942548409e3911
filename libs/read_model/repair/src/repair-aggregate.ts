import { canonicalJson } from '@reprise/read-model-documents';
import { foldInOrder } from '@reprise/read-model-feed';
import {
  DependencyError,
  enterGone,
  fedStates,
  fingerprintOf,
  prepareDocument,
  type DocumentToWrite,
  type Generation,
  type GenerationName,
  type GenerationStore,
  type ObservedDocument,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { commandLine } from '@reprise/runtime/commands';
import { RepairRefused } from './errors.ts';
import type { PermanentHistory } from './permanent-history.ts';

export interface RepairServers {
  readonly registry: Pick<Registry, 'listGenerations' | 'moveGeneration'>;
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly history: PermanentHistory;
}

/** What was wrong with one document, judged by the log. */
export type Fault = 'missing' | 'stale' | 'different' | 'extra';

/** What was found and done in one generation; no fault: it was right already. */
export interface RepairedDocument {
  readonly generation: GenerationName;
  readonly fault: Fault | undefined;
  /** Version that was there, null where there was no document. */
  readonly from: number | null;
  /** Version that is there now, null where there is none. */
  readonly to: number | null;
}

/** Rounds of looking and correcting before a document counts as changing all the time. */
const maxRounds = 20;

/**
 * Rebuilds one aggregate's document from the permanent log in every fed generation of this code's fingerprint, the one
 * readers use last, as the live feed does it. Safe beside feeds and other repairs.
 *
 * The document is observed first and the log read after it: whatever a feed has written is in the log by then, so a document
 * ahead of the log is a fault and no race. What was corrected is looked at again, because a feed may have folded the next event
 * onto the faulty document just before: that event is in the log when it is read again, and what is right for its version goes
 * over what the feed made of it. So when a round finds the document right, no write built on the fault can still arrive.
 *
 * @returns what was found in each generation; nothing when this code feeds none
 * @throws BuiltFromAnotherLog; RepairRefused when the log does not fold, cannot be trusted to be whole, or the store never takes the document;
 * HistoryUnreadable; DependencyError; the signal's reason
 */
export async function repairAggregate(
  servers: RepairServers,
  aggregateId: string,
  signal: AbortSignal,
): Promise<RepairedDocument[]> {
  const repaired: RepairedDocument[] = [];
  for (const generation of await fedGenerations(servers)) {
    try {
      await servers.history.assertVersionsOf(generation);
      repaired.push(await repairDocument(servers, generation.name, aggregateId, signal));
    } catch (error) {
      if (!(error instanceof DependencyError && error.absent)) throw error;
      // Nothing is left to repair in a generation whose index or table is gone.
      if ((await enterGone(servers, generation)) === 'there') throw error;
    }
  }
  return repaired;
}

/** The generations a repair is about, the one readers use last. */
export async function fedGenerations({ registry, projection }: RepairServers): Promise<Generation[]> {
  const listed = await registry.listGenerations({ projection: projection.name, states: fedStates });
  return listed
    .filter(({ fingerprint, topicId }) => fingerprint === fingerprintOf(projection, topicId))
    .sort((a, b) => Number(a.state === 'LIVE') - Number(b.state === 'LIVE'));
}

async function repairDocument(
  { store, projection, history }: RepairServers,
  generation: GenerationName,
  aggregateId: string,
  signal: AbortSignal,
): Promise<RepairedDocument> {
  let first: { readonly fault: Fault | undefined; readonly from: number | null } | undefined;
  for (let round = 1; round <= maxRounds; round++) {
    signal.throwIfAborted();
    const observed = await store.observe(generation, aggregateId);
    const { document, obstacle } = fold(
      projection,
      aggregateId,
      await history.eventsOf(aggregateId, projection.name, signal),
    );
    const fault = judge(observed, document);
    first ??= { fault, from: observed?.version ?? null };
    if (fault === undefined) {
      if (obstacle !== undefined) throw new RepairRefused(obstacle);
      return { generation, ...first, to: document?.version ?? null };
    }
    // What is there says that the log has, or had, more than it says now.
    if (observed !== undefined && fault !== 'stale') {
      if (obstacle !== undefined && observed.version > (document?.version ?? 0))
        throw new RepairRefused(obstacle);
      await history.assertAuthoritative();
    }
    const correction = await store.correct(generation, aggregateId, observed, document, signal);
    if (correction.outcome === 'rejected') {
      throw new RepairRefused(
        `${generation} never accepts the document of ${aggregateId}: ${correction.reason}. Correct the projection or its storage ` +
          'definition and rebuild.',
      );
    }
  }
  throw new RepairRefused(
    `The document of ${aggregateId} in ${generation} changed again each time it was corrected: something writes it that is not a feed ` +
      'of this log. Find that writer, then repair again.',
  );
}

interface FoldedHistory {
  readonly document: DocumentToWrite | undefined;
  /** Why the log could not be folded to its end; the document is what it says up to there. */
  readonly obstacle: string | undefined;
}

function fold(
  projection: Projection,
  aggregateId: string,
  events: Awaited<ReturnType<PermanentHistory['eventsOf']>>,
): FoldedHistory {
  // Aggregates of another type may have the same id.
  const own = events.filter(({ aggregatetype }) => aggregatetype === projection.aggregate);
  const { document, gap, poison } = foldInOrder(projection, undefined, own);
  const what = gap
    ? `version ${gap.expected} is missing, and version ${gap.found} is there`
    : poison &&
      `${poison.event.type}, version ${poison.event.aggregateversion}, does not apply: ${poison.error.message}`;
  return {
    document: document && prepareDocument(document),
    obstacle:
      what &&
      `The events of ${aggregateId} in the permanent log do not make a whole document (${what}). It holds the events up to that point. ` +
        `For the events that were put aside see: ${commandLine.listDeadLetters()}`,
  };
}

/** What is wrong with a document, judged by the log. Undefined: nothing. */
function judge(
  observed: ObservedDocument | undefined,
  expected: DocumentToWrite | undefined,
): Fault | undefined {
  if (expected === undefined) return observed && 'extra';
  if (observed === undefined) return 'missing';
  if (observed.version < expected.version) return 'stale';
  const { digest } = expected;
  const same =
    observed.version === expected.version &&
    observed.tombstone === expected.tombstone &&
    observed.digest?.bucket === digest.bucket &&
    observed.digest.high === digest.high &&
    observed.digest.low === digest.low &&
    (observed.document === undefined ? '' : canonicalJson(observed.document)) === expected.canonical;
  return same ? undefined : 'different';
}
