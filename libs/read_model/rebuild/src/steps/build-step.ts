import type { JsonObject } from '@reprise/read-model-indices';
import type { BuildResult } from '../build/build-generation.ts';
import { reconcileSlices } from '../build/reconcile.ts';
import { nothingWritten, type WriteDocuments } from '../build/write-entries.ts';
import type { Remedy } from '../left-out/remedy.ts';
import { checkpointOf } from '../resume/checkpoint.ts';
import { forgetGeneration, forgetRun, snapshotsOf } from '../resume/half-read.ts';
import type { WritingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';
import { endOwnShard, saveOwnCheckpoint } from '../shards/own-shard.ts';
import { backgroundSettling } from './background-settling.ts';
import { betweenSlices, findRemedy, foldSlices, placesOfAll, settled } from './fold-slices.ts';

/** Replays the log into the generation and leaves it BUILT. */
export async function build(run: WritingRun): Promise<StepResult> {
  const { servers, signal, source, generation, fence } = run;
  const { name, uuid } = generation;
  const write: WriteDocuments = (documents) => servers.store.write(name, documents, signal);
  const settling = backgroundSettling(
    async () => servers.store.settle?.(name),
    (reason) => run.control.onNotice?.(`left to the end of the build: ${reason}`),
  );
  const save = inTurn(() => saveCheckpoint(run));

  await saveCheckpoint(run);
  const { unresolved, waiting } = await foldSlices(run, {
    write,
    onSliceDone: async ({ slice }, tally) => {
      run.tallies.set(slice, tally);
      run.halfRead.delete(slice);
      await save();
      settling.begin();
    },
    snapshots: source.grouped ? undefined : snapshotsOf(run, save),
  });
  await settling.settled();
  if (run.own) {
    forgetRun(run);
    return endOwnShard(run, run.own, waiting);
  }
  const remedy = await findRemedy(run);
  if (unresolved.length > 0 || remedy) await joinSlices(run, { unresolved, waiting, write, remedy });

  await servers.store.finishBuild(name, signal);
  await saveCheckpoint(run);
  await servers.registry.advancePositions(uuid, source.positions, { fence });
  await servers.registry.moveGeneration(uuid, ['BUILDING', 'INTERRUPTED'], 'BUILT', { fence });
  forgetGeneration(run.control, uuid);
  return { result: 'built' };
}

/**
 * Finishes aggregates whose events lie in several slices, or behind records that were left out. What will change is counted and saved before any of it is written,
 * and the slices are entered as finished after it was: killed in between, the next run reads them again and only writes.
 */
async function joinSlices(
  run: WritingRun,
  {
    unresolved,
    waiting,
    write,
    remedy,
  }: Pick<BuildResult, 'unresolved' | 'waiting'> & { write: WriteDocuments; remedy: Remedy | undefined },
): Promise<void> {
  const { options, servers, tallies, generation } = run;
  const join = (writeDocuments: WriteDocuments) =>
    reconcileSlices({
      projection: options.projection,
      unresolved,
      read: (ids) => servers.store.read(generation.name, ids),
      write: writeDocuments,
      groupSize: options.batchSize,
      remedy,
      poison: placesOfAll(tallies),
    });
  if (!tallies.has(betweenSlices)) {
    tallies.set(betweenSlices, settled(await join(() => Promise.resolve(nothingWritten)), remedy));
    const finished = new Map([...tallies].filter(([slice]) => !waiting.has(slice)));
    await saveCheckpoint({ ...run, tallies: finished });
  }
  const { written, stale, rejected, rejectedCount } = await join(write);
  const counted = tallies.get(betweenSlices)!;
  tallies.set(betweenSlices, { ...counted, written, stale, rejected, rejectedCount });
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
async function saveCheckpoint(run: WritingRun): Promise<void> {
  const { servers, runId, own, generation, fence } = run;
  const checkpoint = checkpointOf(run) as unknown as JsonObject;
  if (own) return saveOwnCheckpoint(run, own, checkpoint);
  await servers.registry.saveProgress(runId, { checkpoint, generation: generation.uuid }, fence);
}
