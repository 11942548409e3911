import { nameOfShard, type Fence, type ShardedBuild } from '@reprise/read-model-indices';
import type { DescribedSource } from '../log/described-source.ts';
import { RebuildError } from '../errors.ts';
import { checkpointOf, type Checkpoint } from '../resume/checkpoint.ts';
import { takeHalfRead } from '../resume/half-read.ts';
import { tellOpenShards } from '../shards/own-shard.ts';
import type { LeasedRun, OwnShard, WritingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';
import {
  isSliceOf,
  openBuild,
  refuseBesideOthers,
  refuseBesideShardsOf,
  sliceOfShard,
  takeWholeLease,
} from '../shards/shards.ts';
import { createGeneration, goOnFrom, takeOver, type WantedBuild } from '../resume/take-over.ts';

/** The shard's run, ready to build its part, unless that is built. */
export type JoinedShards =
  | (Extract<StepResult, { result: 'ready' }> & { readonly generation: 'BUILDING'; readonly run: WritingRun })
  | Extract<StepResult, { result: 'shard-built' }>;

/** Time within which a shard that did not report how it ended counts as the same one when it is started again. */
const sameStartMs = 3_600_000;

/**
 * Finds the build that this shard belongs to, or opens one, and prepares to read the shard's own slices. What concerns all
 * shards is done under the projection's own lease, held for this moment only.
 *
 * @param open opens the log, with the ends of a checkpoint if one is given
 * @throws RebuildError BUSY beside a run of the whole, other shards or another version; REFUSED when its build was refused or
 *   abandoned; HISTORY_INCOMPLETE
 */
export async function joinShards(
  context: LeasedRun,
  own: OwnShard,
  wanted: WantedBuild,
  open: (checkpoint?: Checkpoint) => Promise<DescribedSource>,
): Promise<JoinedShards> {
  const { servers, options, runId, signal, fence } = context;
  const { registry } = servers;
  const projection = options.projection.name;
  if (wanted.source !== 'kafka') throw notDivisible();
  const whole = await takeWholeLease(registry, projection, own.shard, {
    runId,
    signal,
    patient: false,
  });
  if ('takenOnBy' in whole) return takenOn(context, own, whole.takenOnBy);
  let run: WritingRun;
  try {
    await refuseBesideOthers(registry, projection, own.shard);
    if (await isSettled(context, own, whole.fence)) return { result: 'shard-built' };
    run = await joinOrOpen(context, own, wanted, whole.fence, open);
    const { uuid } = run.generation;
    const build = (await registry.shards.ofGeneration(uuid))!;
    await registry.shards.join(uuid, own.shard.index, fence);
    await registry.saveProgress(runId, { generation: uuid }, fence);
    if (!build.parts[own.shard.index]!.built) return { result: 'ready', generation: 'BUILDING', run };
  } finally {
    await whole.release();
  }
  await tellOpenShards(run, own);
  return { result: 'shard-built' };
}

/**
 * Whether the build that this shard is asked for has ended already, so that there is nothing to do: that of its job, or, where
 * no job is named, one in which its process was killed a short while ago before it could report how it ended.
 */
async function isSettled(context: LeasedRun, own: OwnShard, fence: Fence): Promise<boolean> {
  const { registry } = context.servers;
  const { index, job } = own.shard;
  const projection = context.options.projection.name;
  const current = await openBuild(registry, projection, fence);
  if (current && job !== undefined && current.job !== job)
    await refuseBesideShardsOf(registry, current, own.shard);
  const asked =
    job === undefined
      ? await registry.shards.newest(projection)
      : await registry.shards.ofJob(projection, job);
  if (!asked || asked.outcome === null || asked.shards !== own.shard.of) return false;
  const part = asked.parts[index]!;
  if (job === undefined && (part.reported || part.runId === null || part.idleMs > sameStartMs)) return false;
  const generation = await registry.findGeneration(asked.generation);
  const isUnfinished = ['BUILDING', 'INTERRUPTED', 'BUILT'].includes(generation?.state ?? '');
  if (asked.outcome === 'taken-over' && isUnfinished) return false;
  if (asked.outcome === 'given-up' && job === undefined) return false;
  context.generation = generation;
  await registry.shards.join(asked.generation, index, context.fence);
  await registry.shards.markReported(asked.generation, index, context.fence);
  if (asked.outcome === 'refused' || asked.outcome === 'given-up') throw ended(own, asked, generation?.name);
  own.note = `The build of this shard has ended (${asked.outcome}): ${generation?.name} is ${generation?.state}. Nothing was done.`;
  return true;
}

async function joinOrOpen(
  context: LeasedRun,
  own: OwnShard,
  wanted: WantedBuild,
  fence: Fence,
  open: (checkpoint?: Checkpoint) => Promise<DescribedSource>,
): Promise<WritingRun> {
  const { servers, options } = context;
  const { shards } = servers.registry;
  const { shard } = own;
  const projection = options.projection.name;
  const current = await shards.newest(projection);
  // The first shard of a job starts a new build; the others join it.
  const isBegun = current?.outcome === null && current.job === shard.job;
  const resume = options.resume === 'restart' && isBegun ? 'auto' : options.resume;
  const taken = await takeOver(context, wanted, fence, resume);
  const generation = taken?.generation ?? (await createGeneration(context, wanted, fence));
  context.generation = generation;
  const source = await open(taken?.checkpoint);
  const run = Object.assign(context, { generation, source });
  if (taken?.build?.shards !== shard.of) {
    const checkpoint = { ...(taken?.checkpoint ?? checkpointOf(run)) };
    await shards.open(
      { generation: generation.uuid, projection, shards: shard.of, job: shard.job ?? null, checkpoint },
      fence,
    );
  } else if (shard.job !== undefined && taken.build.job !== shard.job) {
    await shards.adopt(generation.uuid, shard.job, fence);
  }
  if (taken) goOnFrom(context, taken.checkpoint, (slice) => isSliceOf(shard, slice));
  if (taken) takeHalfRead(context, taken.checkpoint, (slice) => isSliceOf(shard, slice));
  run.source = sliceOfShard(source, shard);
  run.progress.plan(run.source.slices);
  return run;
}

async function takenOn(context: LeasedRun, own: OwnShard, runId: string): Promise<JoinedShards> {
  const { registry } = context.servers;
  const build = await registry.shards.newest(context.options.projection.name);
  context.generation = build && (await registry.findGeneration(build.generation));
  own.note = `Shard ${nameOfShard(own.shard)} is built, and run ${runId} continues with its generation.`;
  return { result: 'shard-built' };
}

function ended({ shard }: OwnShard, { outcome, job }: ShardedBuild, name: string | undefined): RebuildError {
  const next =
    job === null
      ? 'Start the shards again for a new build.'
      : 'Start the shards under another --shard-job for a new build.';
  return new RebuildError(
    'REFUSED',
    `The build of shard ${nameOfShard(shard)} has ended: generation ${name ?? '(gone)'} was ` +
      `${outcome === 'refused' ? 'refused by the gate' : 'abandoned for another build'}. Readers were not moved, and nothing was done now. ${next}`,
  );
}

function notDivisible(): RebuildError {
  return new RebuildError(
    'HISTORY_INCOMPLETE',
    'Only Kafka can be rebuilt by shards, and it no longer holds the whole history. Nothing was changed. ' +
      'Rebuild in one process from the permanent log instead: --source event-store without --shard.',
  );
}
