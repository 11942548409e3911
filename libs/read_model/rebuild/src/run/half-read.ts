import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Snapshots } from '../build/replay-slice.ts';
import type { SliceMark } from '../build/slice-snapshot.ts';
import type { SnapshotInterval } from '../build/snapshot-clock.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RebuildControl, RebuildOptions } from './rebuild-options.ts';
import { generationOf, type RunContext } from './run-context.ts';

/*
 * Where half-read slices are kept: <work directory>/reprise-rebuild/<generation>/<run>/<slice>. A run writes under its own id
 * only, so that one which is stopped, replaced and then goes on cannot touch what its successor writes.
 */

/** Share of the time that saving may take unless an interval is given: what an interruption costs is then as little again. */
const defaultShare = 0.05;

/** Snapshots of a build's slices, entered in its checkpoint by `save`. */
export function snapshotsOf(context: RunContext, save: () => Promise<void>): Snapshots {
  const { control, halfRead, options, runId } = context;
  const { uuid } = generationOf(context);
  return {
    generation: uuid,
    directory: join(directoryOf(control, uuid), runId),
    every: intervalOf(options),
    marks: new Map(halfRead),
    async onSnapshot(slice, mark) {
      halfRead.set(slice, mark);
      await save();
    },
    onUnusable(slice, reason) {
      context.readBefore = (context.readBefore ?? 0) - (halfRead.get(slice)?.read ?? 0);
      halfRead.delete(slice);
      control.onNotice?.(
        `partition ${slice} is read from its beginning: its snapshot cannot be used (${reason})`,
      );
    },
    onNotice: (line) => control.onNotice?.(line),
  };
}

function intervalOf({ checkpointEvents, checkpointSeconds }: RebuildOptions): SnapshotInterval {
  if (checkpointEvents === undefined && checkpointSeconds === undefined) return { share: defaultShare };
  return { events: checkpointEvents ?? Infinity, ms: (checkpointSeconds ?? Infinity) * 1000 };
}

/** Takes over the half-read slices of a checkpoint that are this run's to build. */
export function takeHalfRead(
  context: RunContext,
  { halfRead }: Checkpoint,
  isOwn: (slice: number) => boolean,
): void {
  for (const [slice, mark] of Object.entries(halfRead)) {
    if (context.tallies.has(Number(slice)) || !isOwn(Number(slice))) continue;
    context.halfRead.set(Number(slice), mark);
    context.readBefore = (context.readBefore ?? 0) + mark.read;
  }
}

/** Half-read slices as a checkpoint has them: those that are finished by now are not half read. */
export function encodeHalfRead({ halfRead, tallies }: RunContext): Record<string, SliceMark> {
  return Object.fromEntries([...halfRead].filter(([slice]) => !tallies.has(slice)));
}

/** Removes everything a generation has on this host: it is built, or given up. */
export async function forgetGeneration(control: RebuildControl, uuid: string): Promise<void> {
  const directory = directoryOf(control, uuid);
  await rm(directory, { recursive: true, force: true });
  removeEmpty(dirname(directory));
}

/** Removes what this run has, and leaves what other shards of its build have. */
export async function forgetRun({ control, runId, generation }: RunContext): Promise<void> {
  const directory = directoryOf(control, generation!.uuid);
  await rm(join(directory, runId), { recursive: true, force: true });
  removeEmpty(directory);
  removeEmpty(dirname(directory));
}

function directoryOf({ workDirectory = tmpdir() }: RebuildControl, uuid: string): string {
  return join(workDirectory, 'reprise-rebuild', uuid);
}

function removeEmpty(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length > 0) return;
  try {
    rmdirSync(directory);
  } catch (error) {
    // Another run has put something there, or has removed it, between the look and this.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
