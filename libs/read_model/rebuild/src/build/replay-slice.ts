import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LogBatch, LogSlice } from '@reprise/events';
import { removeOrTell } from '../private-files/private-file.ts';
import type { BuildInput, Snapshots } from './build-input.ts';
import { FoldTable } from '../fold/fold-table.ts';
import {
  removeSnapshot,
  restoreSnapshot,
  SnapshotUnusable,
  writeSnapshot,
  type SliceMark,
} from './slice-snapshot.ts';
import { emptyTally, type SliceTally } from '../fold/slice-tally.ts';
import { SnapshotClock } from './snapshot-clock.ts';

export interface ReplayedSlice {
  readonly table: FoldTable;
  readonly tally: SliceTally;
  /** Resolves when a snapshot in progress is durable, or abandoned for lack of room, and rejects when it was refused. */
  readonly saved: Promise<void>;
}

interface HalfRead {
  readonly table: FoldTable;
  readonly tally: SliceTally;
  position: bigint;
  mark: SliceMark | undefined;
}

/**
 * Reads a slice to its end and folds it, resuming from its snapshot when there is one. Whatever ends it early, it
 * writes a final snapshot.
 * @returns the table, which may be drained while the snapshot of the slice's end is on its way to the disk; the caller disposes it, not
 *   before `saved`
 */
export async function replaySlice(
  input: BuildInput,
  slice: LogSlice,
  signal: AbortSignal,
): Promise<ReplayedSlice> {
  const { source, progress, snapshots } = input;
  const reading = (await goOn(input, slice)) ?? fromTheBeginning(input, slice);
  const { table, tally, position: from } = reading;
  const clock = snapshots && new SnapshotClock(snapshots.every, performance.now());
  // False while a batch is folded: what fails in there leaves a table that is ahead of its position.
  let isWhole = true;
  // While reading continues, one snapshot at a time is on its way to disk and into the checkpoint.
  let saving: Promise<void> | undefined;
  let failure: Error | undefined;
  const saved = async () => {
    await saving;
    if (failure) throw failure;
  };
  const beginSaving = (due: Snapshots) => {
    const begunAt = performance.now();
    saving = saveSnapshot(due, slice, reading)
      .catch((error: unknown) => {
        failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => (saving = undefined));
    // What has been done by now, writing the table down, is what kept this thread from reading.
    clock!.saved(begunAt, performance.now());
  };
  try {
    for await (const batch of source.read(slice, { position: reading.position }, signal)) {
      isWhole = false;
      addBatch(table, batch);
      reading.position = batch.next.position;
      isWhole = true;
      progress.move(slice.slice, reading.position);
      signal.throwIfAborted();
      if (failure) throw failure;
      const share = Number(reading.position - from) / Number(slice.end - from);
      if (clock?.isDue(batch.values.length, share, performance.now()) && !saving) beginSaving(snapshots!);
    }
    return { table, tally, saved: saved() };
  } catch (error) {
    try {
      await saving;
      if (snapshots && isWhole && reading.position > slice.start)
        await saveSnapshot(snapshots, slice, reading);
    } catch (saving) {
      snapshots!.onNotice(`slice ${slice.slice} could not be recorded as half read: ${String(saving)}`);
    } finally {
      endUnfinished(input, table);
    }
    throw error;
  }
}

/** Ends a table whose slice is not finished: what a snapshot may name stays on the disk. */
export function endUnfinished({ snapshots }: BuildInput, table: FoldTable): void {
  if (snapshots) table.abandon();
  else table.dispose();
}

/** Folds a batch into a table. */
export function addBatch(table: FoldTable, batch: LogBatch): void {
  for (let i = 0; i < batch.values.length; i++) table.add(batch, i);
}

/** An empty table for a slice. */
export function tableOf(input: BuildInput, { slice }: LogSlice, tally: SliceTally): FoldTable {
  return new FoldTable(input.projection, tally, {
    slice,
    memoryBytes: input.memoryBytes / 2,
    spillDirectory: directoryOf(input, slice),
  });
}

/** Removes a finished slice's files: its own and those it resumed from. */
export function forgetSlice(input: BuildInput, { slice }: LogSlice): void {
  const onNotice = input.snapshots?.onNotice ?? ((line: string) => process.emitWarning(line));
  removeOrTell(directoryOf(input, slice), onNotice);
  const mark = input.snapshots?.marks.get(slice);
  if (mark?.host === hostname()) removeOrTell(mark.directory, onNotice);
}

function fromTheBeginning(input: BuildInput, slice: LogSlice): HalfRead {
  const tally = emptyTally();
  return { table: tableOf(input, slice, tally), tally, position: slice.start, mark: undefined };
}

/** What an interrupted run had folded of a slice; undefined when there is nothing, or nothing that can be trusted. */
async function goOn(input: BuildInput, slice: LogSlice): Promise<HalfRead | undefined> {
  const { snapshots, progress } = input;
  const mark = snapshots?.marks.get(slice.slice);
  if (!snapshots || !mark) return undefined;
  const tally = emptyTally();
  const table = tableOf(input, slice, tally);
  try {
    const owner = { generation: snapshots.generation, slice: slice.slice };
    Object.assign(tally, await restoreSnapshot(mark, owner, table));
    const position = BigInt(mark.position);
    progress.move(slice.slice, position);
    return { table, tally, position, mark };
  } catch (error) {
    table.dispose();
    if (!(error instanceof SnapshotUnusable)) throw error;
    snapshots.onUnusable(slice.slice, error.message);
    return undefined;
  }
}

async function saveSnapshot(snapshots: Snapshots, { slice }: LogSlice, reading: HalfRead): Promise<void> {
  const { position, table, tally, mark: before } = reading;
  const directory = join(snapshots.directory, String(slice));
  const owner = { generation: snapshots.generation, slice };
  let mark: SliceMark;
  try {
    mark = await writeSnapshot(directory, owner, position, table, tally);
  } catch (error) {
    // A disk that is full for now costs time after an interruption, not this run.
    snapshots.onNotice(`slice ${slice} is not saved at ${position}: ${String(error)}`);
    return;
  }
  await snapshots.onSnapshot(slice, mark);
  if (before && before.directory === directory && before.position !== mark.position) removeSnapshot(before);
  reading.mark = mark;
}

function directoryOf({ snapshots, spillDirectory }: BuildInput, slice: number): string {
  return join(snapshots?.directory ?? spillDirectory, String(slice));
}
