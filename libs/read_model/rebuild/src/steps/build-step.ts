import { buildGeneration, type BuildInput, type BuildResult } from '../build/build-generation.ts';
import { buildWithWorkers } from '../build/workers/build-with-workers.ts';
import { reconcileSlices } from '../build/reconcile.ts';
import { savePlaces } from '../left-out/left-out.ts';
import { Remedy } from '../left-out/remedy.ts';
import { resolvedByReaders } from '../left-out/resolved-letters.ts';
import { saveTally, sumTallies, type SliceTally } from '../build/slice-tally.ts';
import { nothingWritten, type WriteDocuments } from '../build/write-entries.ts';
import type { SourceDescription } from '../log/log-source.ts';
import { backgroundSettling } from './background-settling.ts';
import { encodePositions, type Checkpoint } from '../resume/checkpoint.ts';
import { joinInMemory } from '../dry-run/dry-run.ts';
import type { JsonObject } from '@reprise/read-model-indices';
import { endOwnShard, saveOwnCheckpoint } from '../shards/own-shard.ts';
import { encodeHalfRead, forgetGeneration, forgetRun, snapshotsOf } from '../resume/half-read.ts';
import { bytesForDocuments, suitCollectorToBuild } from '../progress/memory-budget.ts';
import { fenceOf, generationOf, type RunContext } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';

/** Number under which the reconciliation between slices is tallied, beside the slices' own. */
const betweenSlices = -1;

/** Replays the log into the generation (or into nothing, in a dry run) and leaves it BUILT. */
export async function build(context: RunContext): Promise<StepResult> {
  const { options, servers, signal, progress } = context;
  const source = context.source!;
  const dryRun = options.mode === 'DRY_RUN';
  const name = dryRun ? undefined : generationOf(context).name;
  const write: WriteDocuments =
    name === undefined
      ? () => Promise.resolve(nothingWritten)
      : (documents) => servers.store.write(name, documents, signal);

  const settling =
    name === undefined
      ? undefined
      : backgroundSettling(
          async () => servers.store.settle?.(name),
          (reason) => context.control.onNotice?.(`left to the end of the build: ${reason}`),
        );
  const description = options.workers > 1 ? describedSource(context) : undefined;

  const save = inTurn(() => saveCheckpoint(context));

  suitCollectorToBuild(options.memoryBytes);
  if (!dryRun) await saveCheckpoint(context);
  const input: BuildInput = {
    source,
    projection: options.projection,
    write,
    finished: context.tallies,
    onSliceDone: async ({ slice }, tally) => {
      if (dryRun) return;
      context.tallies.set(slice, tally);
      context.halfRead.delete(slice);
      await save();
      settling?.begin();
    },
    progress,
    memoryBytes: bytesForDocuments(options.memoryBytes, description ? options.workers : 0),
    spillDirectory: context.workDirectory,
    snapshots: dryRun || source.grouped ? undefined : snapshotsOf(context, save),
    groupSize: options.batchSize,
    signal,
  };
  const { tallies, unresolved, waiting } =
    description === undefined
      ? await buildGeneration(input)
      : await buildWithWorkers(input, description, options.workers);
  await settling?.settled();
  const between = context.tallies.get(betweenSlices);
  context.tallies = new Map(tallies);
  if (between) context.tallies.set(betweenSlices, between);
  if (context.own) {
    forgetRun(context);
    return endOwnShard(context, context.own, waiting);
  }
  const remedy = await findRemedy(context);
  if (unresolved.length > 0 || remedy) await joinSlices(context, { unresolved, waiting, write, remedy });
  context.total = sumTallies(context.tallies.values());
  if (name === undefined) return { result: 'built' };

  await servers.store.finishBuild(name, signal);
  await saveCheckpoint(context);
  const fence = fenceOf(context);
  await servers.registry.advancePositions(generationOf(context).uuid, source.positions, { fence });
  await servers.registry.moveGeneration(generationOf(context).uuid, ['BUILDING', 'INTERRUPTED'], 'BUILT', {
    fence,
  });
  forgetGeneration(context.control, generationOf(context).uuid);
  return { result: 'built' };
}

/** What threads need to read the source themselves; this thread does all the work where they cannot, and says so. */
function describedSource({ source, control, options }: RunContext): SourceDescription | undefined {
  if (!source!.description) {
    control.onNotice?.(
      `--workers ${options.workers} has no effect here: this source can be read by one thread only (the event store's snapshot, ` +
        'or a log that is read at a pace or until a moment)',
    );
  }
  return source!.description;
}

/**
 * Finishes aggregates whose events lie in several slices, or behind records that were left out. What will change is counted and saved before any of it is written,
 * and the slices are entered as finished after it was: killed in between, the next run reads them again and only writes.
 */
async function joinSlices(
  context: RunContext,
  {
    unresolved,
    waiting,
    write,
    remedy,
  }: Pick<BuildResult, 'unresolved' | 'waiting'> & { write: WriteDocuments; remedy: Remedy | undefined },
): Promise<void> {
  const { options, servers, tallies } = context;
  if (options.mode === 'DRY_RUN') {
    tallies.set(betweenSlices, settled(await joinInMemory(context, unresolved, remedy), remedy));
    return;
  }
  const { name } = generationOf(context);
  const join = (writeDocuments: WriteDocuments) =>
    reconcileSlices({
      projection: options.projection,
      unresolved,
      read: (ids) => servers.store.read(name, ids),
      write: writeDocuments,
      groupSize: options.batchSize,
      remedy,
    });
  if (!tallies.has(betweenSlices)) {
    tallies.set(betweenSlices, settled(await join(() => Promise.resolve(nothingWritten)), remedy));
    const finished = new Map([...tallies].filter(([slice]) => !waiting.has(slice)));
    await saveCheckpoint({ ...context, tallies: finished });
  }
  const { written, stale, rejected, rejectedCount } = await join(write);
  const counted = tallies.get(betweenSlices)!;
  tallies.set(betweenSlices, { ...counted, written, stale, rejected, rejectedCount });
}

/** What the fold needs to continue behind records that were left out or whose letters are resolved; undefined when there are none. */
async function findRemedy(context: RunContext): Promise<Remedy | undefined> {
  const { leftOut, servers, source, tallies, options } = context;
  const poison = [...tallies.values()].flatMap((tally) => tally.poison);
  const resolved = source!.kind === 'kafka' ? await resolvedByReaders(servers, source!.topic.id, poison) : [];
  if (leftOut.letters.length === 0 && resolved.length === 0) return undefined;
  const { history } = servers;
  return new Remedy({ leftOut, resolved, history, projection: options.projection.name });
}

/** A tally of changes, without the poison events that turned out to be none. */
function settled(tally: SliceTally, remedy: Remedy | undefined): SliceTally {
  const resolved = remedy?.settled ?? [];
  return { ...tally, poisoned: tally.poisoned - resolved.length, resolved };
}

/** One at a time, in the order asked for: of two checkpoints on their way at once the earlier could arrive last and stay. */
function inTurn(save: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const saved = last.then(save);
    last = saved.catch(() => undefined);
    return saved;
  };
}

/** Saves what is finished, with everything before it durable: the store has acknowledged every document of those slices. */
async function saveCheckpoint(context: RunContext): Promise<void> {
  const { servers, runId, own } = context;
  const checkpoint = checkpointOf(context);
  if (own) return saveOwnCheckpoint(context, own, checkpoint);
  await servers.registry.saveProgress(
    runId,
    { checkpoint: checkpoint as unknown as JsonObject, generation: checkpoint.generation },
    fenceOf(context),
  );
}

/** What the run has finished, as it is saved. */
export function checkpointOf(context: RunContext): Checkpoint {
  const generation = generationOf(context);
  const source = context.source!;
  return {
    format: 2,
    source: source.kind,
    generation: generation.uuid,
    fingerprint: generation.fingerprint,
    topicId: generation.topicId,
    ends: Object.fromEntries(source.slices.map(({ slice, end }) => [String(slice), String(end)])),
    positions: encodePositions(source.positions),
    finished: Object.fromEntries([...context.tallies].map(([slice, tally]) => [slice, saveTally(tally)])),
    halfRead: encodeHalfRead(context),
    ...(context.leftOut.letters.length > 0 && { leftOut: savePlaces(context.leftOut) }),
    ...(context.options.untilTime && { untilTs: context.options.untilTime.toISOString() }),
  };
}
