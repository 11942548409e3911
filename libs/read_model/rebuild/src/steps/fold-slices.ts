import type { SourceDescription } from '../log/described-source.ts';
import { buildGeneration, type BuildResult } from '../build/build-generation.ts';
import type { BuildInput } from '../build/build-input.ts';
import { placesOf, unplacedNote } from '../fold/poison-places.ts';
import type { PoisonPlace, SliceTally } from '../fold/slice-tally.ts';
import { buildWithWorkers } from '../build/workers/build-with-workers.ts';
import { Remedy } from '../left-out/remedy.ts';
import { resolvedByReaders } from '../left-out/resolved-letters.ts';
import { bytesForDocuments, suitCollectorToBuild } from '../progress/memory-budget.ts';
import type { ReadingRun } from '../run/run-context.ts';

/** Number under which the reconciliation between slices is tallied, beside the slices' own. */
export const betweenSlices = -1;

/** Reads the log's slices, folds them, and hands every document to `write`. The run's tallies are those of all slices then. */
export async function foldSlices(
  run: ReadingRun,
  handling: Pick<BuildInput, 'write' | 'onSliceDone' | 'snapshots'>,
): Promise<BuildResult> {
  const { options, source, progress, signal } = run;
  const description = options.workers > 1 ? describedSource(run) : undefined;
  suitCollectorToBuild(options.memoryBytes);
  const input: BuildInput = {
    ...handling,
    onSliceDone: async (slice, tally) => {
      await handling.onSliceDone(slice, tally);
      run.spans.sliceDone(slice, tally.read);
    },
    source,
    projection: options.projection,
    projectionModule: options.projectionModule,
    finished: run.tallies,
    progress,
    memoryBytes: bytesForDocuments(options.memoryBytes, description ? options.workers : 0),
    spillDirectory: run.workDirectory,
    groupSize: options.batchSize,
    signal,
  };
  const result =
    description === undefined
      ? await buildGeneration(input)
      : await buildWithWorkers(input, description, options.workers);
  const between = run.tallies.get(betweenSlices);
  run.tallies = new Map(result.tallies);
  if (between) run.tallies.set(betweenSlices, between);
  return result;
}

/** What threads need to read the source themselves; this thread does all the work where they cannot, and says so. */
function describedSource({ source, control, options }: ReadingRun): SourceDescription | undefined {
  if (!source.description) {
    control.onNotice?.(
      `--workers ${options.workers} has no effect here: this source can be read by one thread only (the event store's snapshot, ` +
        'or a log that is read at a pace or until a moment)',
    );
  }
  return source.description;
}

/** What the fold needs to continue behind records that were left out or whose letters are resolved; undefined when there are none. */
export async function findRemedy(run: ReadingRun): Promise<Remedy | undefined> {
  const { leftOut, servers, source, tallies, options } = run;
  // Where versions are positions nothing waits behind what is left out, and a later version proves nothing about an earlier one.
  const counts = options.projection.events.versions === 'sequence';
  const poison = counts ? [...placesOfAll(tallies)] : [];
  const note = unplacedNote([...tallies.values()].reduce((sum, { unplaced }) => sum + unplaced, 0));
  if (note !== undefined) run.warnings.push(note);
  const resolved = source.kind === 'kafka' ? await resolvedByReaders(servers, source.topic.id, poison) : [];
  if (leftOut.letters.length === 0 && resolved.length === 0) return undefined;
  const history = counts ? servers.history : undefined;
  return new Remedy({ leftOut, resolved, history, projection: options.projection.name });
}

/** The places of all slices' poison events that are known. */
export function* placesOfAll(tallies: ReadingRun['tallies']): Generator<PoisonPlace> {
  for (const [slice, tally] of tallies) yield* placesOf(slice, tally);
}

/** A tally of changes, without the poison events that turned out to be none. */
export function settled(tally: SliceTally, remedy: Remedy | undefined): SliceTally {
  const resolved = remedy?.settled ?? [];
  return { ...tally, poisoned: tally.poisoned - resolved.length, resolved };
}
