import { buildGeneration, type BuildResult } from '../build/build-generation.ts';
import { reconcileSlices } from '../build/reconcile.ts';
import { sumTallies } from '../build/slice-tally.ts';
import type { WriteDocuments } from '../build/write-entries.ts';
import { encodePositions, type Checkpoint } from './checkpoint.ts';
import type { JsonObject } from '@reprise/read-model-indices';
import { joinInMemory } from './dry-run.ts';
import { fenceOf, generationOf, type RunContext } from './run-context.ts';
import type { StepResult } from './run-steps.ts';

/** Number under which the reconciliation between slices is tallied, beside the slices' own. */
const betweenSlices = -1;

/** Resident memory that is not documents: Node itself, code, fetched batches, bulk bodies in flight. */
const fixedMemoryBytes = 210 << 20;
/** What a byte of estimated document costs in resident memory, the collector's slack included. */
const memoryFactor = 2;

/** Replays the log into the generation (or into nothing, in a dry run) and leaves it BUILT. */
export async function build(context: RunContext): Promise<StepResult> {
  const { options, servers, signal, progress } = context;
  const source = context.source!;
  const dryRun = options.mode === 'DRY_RUN';
  const name = dryRun ? undefined : generationOf(context).name;
  const write: WriteDocuments =
    name === undefined
      ? (documents) => Promise.resolve({ written: documents.length, stale: 0, rejected: [] })
      : (documents) => servers.store.write(name, documents, signal);

  if (!dryRun) await saveCheckpoint(context);
  const { tallies, unresolved, waiting } = await buildGeneration({
    source,
    projection: options.projection,
    write,
    finished: context.tallies,
    onSliceDone: async ({ slice }, tally) => {
      if (dryRun) return;
      context.tallies.set(slice, tally);
      await saveCheckpoint(context);
    },
    progress,
    memoryBytes: Math.max(16 << 20, (options.memoryBytes - fixedMemoryBytes) / memoryFactor),
    spillDirectory: context.workDirectory,
    groupSize: options.batchSize,
    signal,
  });
  const between = context.tallies.get(betweenSlices);
  context.tallies = new Map(tallies);
  if (between) context.tallies.set(betweenSlices, between);
  if (unresolved.length > 0) await joinSlices(context, { unresolved, waiting, write });
  context.total = sumTallies(context.tallies.values());
  if (name === undefined) return { result: 'built' };

  await servers.store.finishBuild(name, signal);
  await saveCheckpoint(context);
  const fence = fenceOf(context);
  await servers.registry.advancePositions(generationOf(context).uuid, source.positions, { fence });
  await servers.registry.moveGeneration(generationOf(context).uuid, ['BUILDING', 'INTERRUPTED'], 'BUILT', {
    fence,
  });
  return { result: 'built' };
}

/**
 * Finishes aggregates whose events lie in several slices. What will change is counted and saved before any of it is written,
 * and the slices are entered as finished after it was: killed in between, the next run reads them again and only writes.
 */
async function joinSlices(
  context: RunContext,
  { unresolved, waiting, write }: Pick<BuildResult, 'unresolved' | 'waiting'> & { write: WriteDocuments },
): Promise<void> {
  const { options, servers, tallies } = context;
  if (options.mode === 'DRY_RUN') {
    tallies.set(betweenSlices, await joinInMemory(context, unresolved));
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
    });
  if (!tallies.has(betweenSlices)) {
    tallies.set(betweenSlices, await join(() => Promise.resolve({ written: 0, stale: 0, rejected: [] })));
    const finished = new Map([...tallies].filter(([slice]) => !waiting.has(slice)));
    await saveCheckpoint({ ...context, tallies: finished });
  }
  const { written, stale, rejected, rejectedCount } = await join(write);
  const counted = tallies.get(betweenSlices)!;
  tallies.set(betweenSlices, { ...counted, written, stale, rejected, rejectedCount });
}

/** Saves what is finished, with everything before it durable: the store has acknowledged every document of those slices. */
async function saveCheckpoint(context: RunContext): Promise<void> {
  const { servers, runId, tallies } = context;
  const generation = generationOf(context);
  const source = context.source!;
  const checkpoint: Checkpoint = {
    format: 1,
    source: source.kind,
    generation: generation.uuid,
    fingerprint: generation.fingerprint,
    topicId: generation.topicId,
    ends: Object.fromEntries(source.slices.map(({ slice, end }) => [String(slice), String(end)])),
    positions: encodePositions(source.positions),
    finished: Object.fromEntries(tallies),
  };
  await servers.registry.saveProgress(
    runId,
    { checkpoint: checkpoint as unknown as JsonObject, generation: generation.uuid },
    fenceOf(context),
    ...(context.options.untilTime && { untilTs: context.options.untilTime.toISOString() }),
  );
}
