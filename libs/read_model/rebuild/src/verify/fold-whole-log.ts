import type { LogBatch, LogSource } from '@reprise/events';
import { prepareDocument, type DocumentToWrite } from '@reprise/read-model-indices';
import type { FoldEntry, Projection } from '@reprise/read-model-projections';
import { scratchDirectory } from '../private-files/scratch-directory.ts';
import { FoldTable } from '../fold/fold-table.ts';
import type { LeftOut } from '../left-out/left-out.ts';
import { foldReplacing, type Remedy } from '../left-out/remedy.ts';
import { placesOf, readPlace } from '../fold/poison-places.ts';
import { emptyTally, type PoisonPlace, type SliceTally } from '../fold/slice-tally.ts';

export interface WholeLogInput {
  readonly projection: Projection;
  readonly source: LogSource;
  /** Estimated bytes of folded documents to hold; records beyond go to disk, undecoded. */
  readonly memoryBytes: number;
  /** Only the records of these aggregates; undefined for all. */
  readonly aggregateIds?: ReadonlySet<string> | undefined;
  /** What the source leaves out. */
  readonly leftOut?: LeftOut;
  /** Called with each of `aggregateIds` for every record of it in the log. */
  readonly onNamed?: (aggregateId: string) => void;
  /** Finds how the fold continues behind what was left out, once the log is read; `unplaced` poison events are not among those given. */
  readonly remedyFor?: (poison: readonly PoisonPlace[], unplaced: number) => Promise<Remedy | undefined>;
  readonly signal: AbortSignal;
}

/** What the log was like. A read model is compared with what its events say up to the first that does not apply. */
export interface FoldedLog {
  readonly events: number;
  /** Events that never apply. */
  readonly poison: number;
  /** Aggregates of which an event is missing. */
  readonly gaps: number;
}

const groupSize = 1_000;

/**
 * Folds a log as one, whatever partition an event lies in: an aggregate's events may be spread over several, as happens when
 * partitions were added. Nothing is written but records beyond the memory, to a directory that is removed again.
 *
 * @param see shown every final document, once, in no particular order
 */
export async function foldWholeLog(
  { projection, source, memoryBytes, aggregateIds, onNamed, leftOut, remedyFor, signal }: WholeLogInput,
  see: (document: DocumentToWrite) => void,
): Promise<FoldedLog> {
  const scratch = scratchDirectory();
  const tally = emptyTally();
  const table = new FoldTable(projection, tally, { slice: 0, memoryBytes, spillDirectory: scratch.path });
  let gaps = 0;
  // Finished when all is read: what replaces a record that is not in the fold is asked for by aggregate.
  const aside = new Map<string, FoldEntry>();
  const poisoned = poisonedIn(tally);
  const isAside = (id: string) => poisoned().has(id) || (leftOut?.of(id).length ?? 0) > 0;
  const finish = (entries: readonly FoldEntry[], isLast = false) => {
    for (const entry of entries) {
      const { document, held } = entry;
      const id = document?.id ?? held?.[0]?.event.subject;
      if (!isLast && id !== undefined && isAside(id)) {
        aside.set(id, entry);
        continue;
      }
      if (held) gaps++;
      if (!document || !(aggregateIds?.has(document.id) ?? true)) continue;
      onNamed?.(document.id);
      see(prepareDocument(document));
    }
  };
  try {
    for (const slice of source.slices) {
      for await (const batch of source.read(slice, { position: slice.start }, signal)) {
        addBatch(table, batch, aggregateIds, onNamed);
        if (source.grouped) finish(table.takeAllBut(batch.keys.at(-1)?.toString()));
        signal.throwIfAborted();
      }
    }
    for (const entries of table.drain(groupSize)) {
      finish(entries);
      signal.throwIfAborted();
    }
    const remedy = await remedyFor?.([...placesOf(0, tally)], tally.unplaced);
    for (const id of remedy?.aggregateIds ?? [])
      if (!aside.has(id)) aside.set(id, { document: undefined, held: undefined });
    for (const [id, { document, held = [] }] of aside) {
      const entry: FoldEntry = { document, held: undefined };
      const replacements = (await remedy?.eventsFor(id, held.at(-1)?.event.aggregateversion ?? 0)) ?? [];
      foldReplacing(projection, entry, held, replacements, () => undefined);
      remedy?.reached(id, entry.document?.version ?? 0);
      const [next] = entry.held ?? [];
      const expected = (entry.document?.version ?? 0) + 1;
      // Those that wait behind what was left out are where they belong.
      if (next && remedy?.explains(id, expected, next.event.aggregateversion)) entry.held = undefined;
      finish([entry], true);
    }
    return { events: tally.read, poison: tally.poisoned - (remedy?.settled.length ?? 0), gaps };
  } finally {
    table.dispose();
    scratch.remove();
  }
}

/** The aggregates that have poison events by now, whenever that is asked. */
function poisonedIn(tally: SliceTally): () => ReadonlySet<string | undefined> {
  const poisoned = new Set<string | undefined>();
  let listed = 0;
  let placed = 0;
  return () => {
    for (; listed < tally.poison.length; listed++) poisoned.add(tally.poison[listed]!.aggregateId);
    for (; placed < tally.places.length; placed++)
      poisoned.add(readPlace(0, tally.places[placed]!).aggregateId);
    return poisoned;
  };
}

function addBatch(
  table: FoldTable,
  batch: LogBatch,
  aggregateIds: WholeLogInput['aggregateIds'],
  onNamed: WholeLogInput['onNamed'],
): void {
  const { values, keys } = batch;
  for (let index = 0; index < values.length; index++) {
    const key = keys[index]!;
    // A record without a key may be anybody's.
    if (aggregateIds && key !== null) {
      const id = key.toString();
      if (!aggregateIds.has(id)) continue;
      onNamed?.(id);
    }
    table.add(batch, index);
  }
}
