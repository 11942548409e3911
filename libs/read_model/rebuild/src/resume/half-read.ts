import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Snapshots } from '../build/build-input.ts';
import type { SnapshotInterval } from '../build/snapshot-clock.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RebuildControl, RebuildOptions } from '../rebuild-options.ts';
import { removeOrTell } from '../private-files/private-file.ts';
import { privateRoots, removeEmpty } from '../private-files/private-root.ts';
import type { RunContext, WritingRun } from '../run/run-context.ts';

/*
 * Where half-read slices are kept: <private root>/half-read/<generation>/<run>/<slice>. A run writes only under its own id, so
 * that a run that is stopped, replaced and then resumes cannot touch its successor's files. The checkpoint names the place, so
 * nobody has to guess it.
 */

/** Share of the time that saving may take unless an interval is given: what an interruption costs is then as little again. */
const defaultShare = 0.05;

/** Snapshots of a build's slices, entered in its checkpoint by `save`. */
export function snapshotsOf(run: WritingRun, save: () => Promise<void>): Snapshots {
  const { control, halfRead, options, runId } = run;
  const { uuid } = run.generation;
  return {
    generation: uuid,
    directory: join(directoryOf(rootOf(run), uuid), runId),
    every: intervalOf(options),
    marks: new Map(halfRead),
    async onSnapshot(slice, mark) {
      halfRead.set(slice, mark);
      await save();
    },
    onUnusable(slice, reason) {
      run.readBefore -= halfRead.get(slice)?.read ?? 0;
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
    context.readBefore += mark.read;
  }
}

/** Removes everything a built or abandoned generation has in the work directory on this host. */
export function forgetGeneration({ workDirectory, onNotice }: RebuildControl, uuid: string): void {
  for (const root of privateRoots(workDirectory ?? tmpdir())) {
    const directory = directoryOf(root, uuid);
    removeOrTell(directory, (line) => onNotice?.(line));
    removeEmpty(dirname(directory));
    removeEmpty(root);
  }
}

/** Removes what this run has, and leaves what other shards of its build have. */
export function forgetRun(run: WritingRun): void {
  const directory = directoryOf(rootOf(run), run.generation.uuid);
  removeOrTell(join(directory, run.runId), (line) => run.control.onNotice?.(line));
  removeEmpty(directory);
  removeEmpty(dirname(directory));
}

/** The private root that the run's own scratch directory lies in. */
function rootOf({ workDirectory }: RunContext): string {
  return dirname(workDirectory);
}

function directoryOf(root: string, uuid: string): string {
  return join(root, 'half-read', uuid);
}
