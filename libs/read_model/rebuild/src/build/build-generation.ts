import type { LogSlice } from '@reprise/events';
import type { FoldEntry } from '@reprise/read-model-projections';
import type { BuildInput } from './build-input.ts';
import { maxHeld, tooManyHeld, type FoldTable } from '../fold/fold-table.ts';
import {
  addBatch,
  endUnfinished,
  forgetSlice,
  replaySlice,
  tableOf,
  type ReplayedSlice,
} from './replay-slice.ts';
import { emptyTally, type SliceTally } from '../fold/slice-tally.ts';
import { writeEntries } from './write-entries.ts';

export interface BuildResult {
  readonly tallies: ReadonlyMap<number, SliceTally>;
  /** Aggregates whose events did not follow each other within their slice. */
  readonly unresolved: readonly FoldEntry[];
  /** The slices they were met in: written, but finished only when these aggregates are. */
  readonly waiting: ReadonlySet<number>;
}

/**
 * Replays every slice and writes each document once. A slice's aggregates are final when the slice is read, because the log
 * files an aggregate's events under one slice; so one slice is written while the next is read, and two slices' documents
 * are in memory at most.
 */
export async function buildGeneration(input: BuildInput): Promise<BuildResult> {
  const tallies = new Map(input.finished);
  const unresolved = new UnresolvedEntries();
  const failed = new AbortController();
  const signal = AbortSignal.any([input.signal, failed.signal]);
  let writing: Promise<void> = Promise.resolve();

  for (const slice of input.source.slices) {
    if (tallies.has(slice.slice)) {
      input.progress.finish(slice.slice);
      continue;
    }
    input.progress.begin(slice);
    let replayed: ReplayedSlice;
    try {
      replayed = input.source.grouped ? emptyTable(input, slice) : await replaySlice(input, slice, signal);
    } catch (error) {
      await writing;
      throw error;
    }
    const { table, saved } = replayed;
    // A run that may save no more writes no more either, of this slice or the one before; `writing` throws the cause.
    saved.catch((error: unknown) => failed.abort(error));
    try {
      await writing;
    } catch (error) {
      await Promise.allSettled([saved]);
      endUnfinished(input, table);
      throw error;
    }
    const groups = input.source.grouped
      ? finishedGroups(input, slice, table, signal)
      : table.drain(input.groupSize);
    writing = writeSlice(input, slice, groups, replayed, unresolved, signal)
      .then(() => {
        input.progress.spilledBytes += table.spilledBytes;
        tallies.set(slice.slice, replayed.tally);
        if (!unresolved.slices.has(slice.slice)) table.dispose();
      })
      .finally(() => endUnfinished(input, table));
    // The next slice stops reading at once when this one cannot be written; `await writing` above then throws the cause.
    writing.catch((error: unknown) => failed.abort(error));
    // Reading waits until a snapshot of this slice's end is durable or abandoned; its documents need not wait for that.
    await saved.catch(() => writing);
  }
  await writing;
  return { tallies, unresolved: unresolved.entries, waiting: unresolved.slices };
}

/** Reads a log whose aggregates follow each other and hands their entries on as they become final: memory holds one batch. */
async function* finishedGroups(
  input: BuildInput,
  slice: LogSlice,
  table: FoldTable,
  signal: AbortSignal,
): AsyncGenerator<FoldEntry[]> {
  for await (const batch of input.source.read(slice, { position: slice.start }, signal)) {
    addBatch(table, batch);
    input.progress.move(slice.slice, batch.next.position);
    const current = batch.keys.at(-1);
    yield table.takeAllBut(typeof current === 'string' ? current : current?.toString());
  }
  // What is left, and what a page too large for the memory has put aside on disk.
  yield* table.drain(input.groupSize);
}

/** Where a log whose aggregates follow each other is folded: read and written at once, batch by batch. */
function emptyTable(input: BuildInput, slice: LogSlice): ReplayedSlice {
  const tally = emptyTally();
  return { table: tableOf(input, slice, tally), tally, saved: Promise.resolve() };
}

async function writeSlice(
  input: BuildInput,
  slice: LogSlice,
  groups: Parameters<typeof writeEntries>[0],
  { tally, saved }: ReplayedSlice,
  unresolved: UnresolvedEntries,
  signal: AbortSignal,
): Promise<void> {
  const { progress } = input;
  await writeEntries(
    groups,
    tally,
    async (documents) => {
      const result = await input.write(documents);
      progress.documentsWritten += result.written + result.stale;
      return result;
    },
    (entry) => unresolved.add(slice.slice, entry),
    signal,
  );
  await saved;
  progress.finish(slice.slice);
  // A slice whose events wait for another slice's is not finished on its own, so it is read again after an interruption.
  if (unresolved.slices.has(slice.slice)) return;
  await input.onSliceDone(slice, tally);
  forgetSlice(input, slice);
}

/** Entries that wait for another slice's events, over all slices of a run. */
class UnresolvedEntries {
  readonly entries: FoldEntry[] = [];
  readonly slices = new Set<number>();
  #held = 0;

  /** @throws RebuildError REFUSED when more events wait than are kept in memory */
  add(slice: number, entry: FoldEntry): void {
    this.#held += entry.held?.length ?? 0;
    if (this.#held > maxHeld) throw tooManyHeld(slice);
    this.entries.push(entry);
    this.slices.add(slice);
  }
}
