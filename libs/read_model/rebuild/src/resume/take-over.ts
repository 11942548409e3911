import type { LogSource } from '@reprise/events';
import {
  dropOwn,
  enterGeneration,
  isSameLog,
  metaOf,
  type Fence,
  type Generation,
  type Run,
  type ShardedBuild,
} from '@reprise/read-model-indices';
import type { KafkaTopic } from '@reprise/read-model-feed';
import { restoreTally, sumTallies } from '../fold/slice-tally.ts';
import { RebuildError } from '../errors.ts';
import { mergeCheckpoints, readCheckpoint, type Checkpoint, type CheckpointUse } from './checkpoint.ts';
import { forgetGeneration } from './half-read.ts';
import { wasNeverBuilt } from '../prune/prune.ts';
import type { RebuildOptions } from '../rebuild-options.ts';
import type { RunContext } from '../run/run-context.ts';
import { openBuild, refuseBesideShardsOf } from '../shards/shards.ts';

/** What a build is bound to, as a run wants it. */
export interface WantedBuild {
  readonly topic: KafkaTopic;
  readonly fingerprint: string;
  readonly source: LogSource['kind'];
}

/** An unfinished generation that a run continues. */
export interface TakenOver {
  readonly checkpoint: Checkpoint;
  readonly generation: Generation;
  /** The build of shards it belongs to, when it does. */
  readonly build: ShardedBuild | undefined;
}

/**
 * Takes over what an interrupted run or the shards of a build left, if it fits, and otherwise abandons it. The caller holds the
 * projection's own lease, under `fence`.
 *
 * @throws RebuildError USAGE when it has to be resumed and cannot be; BUSY when it does not fit while its shards are running
 */
export async function takeOver(
  context: RunContext,
  wanted: WantedBuild,
  fence: Fence,
  resume: RebuildOptions['resume'],
): Promise<TakenOver | undefined> {
  const { options, servers, control } = context;
  const { registry } = servers;
  const build = await openBuild(registry, options.projection.name, fence);
  const interrupted = await registry.interruptedRun(options.projection.name);
  const left = build ?? interrupted;
  const named = build
    ? `the build of generation ${build.generation} by ${build.shards} shards`
    : `run ${interrupted?.runId}`;
  const use = left && resume !== 'restart' ? await fits(context, wanted, build, interrupted) : undefined;
  if (use?.usable) {
    const { checkpoint, generation } = use;
    if (!options.shard)
      control.onNotice?.(`resuming ${named}: ${Object.keys(checkpoint.finished).length} slices are done`);
    await abandonLeftovers(context, fence, generation.uuid);
    return { checkpoint, generation, build };
  }
  if (resume === 'resume')
    throw nothingToResume(
      use ? `${named} cannot be resumed: ${use.reason}` : 'there is no interrupted run of this projection',
    );
  if (build) {
    await refuseBesideShardsOf(registry, build, options.shard);
    await registry.shards.close(build.generation, 'given-up', fence);
  }
  if (use)
    control.onNotice?.(`${named} was interrupted and cannot be resumed (${use.reason}): starting over`);
  await abandonLeftovers(context, fence, undefined);
  return undefined;
}

type Use =
  | { readonly usable: true; readonly checkpoint: Checkpoint; readonly generation: Generation }
  | { readonly usable: false; readonly reason: string };

/** Whether the remainder may be resumed, and all that its run and its shards know about it together. */
async function fits(
  context: RunContext,
  { topic, fingerprint, source }: WantedBuild,
  build: ShardedBuild | undefined,
  interrupted: Run | undefined,
): Promise<Use> {
  const { registry, store } = context.servers;
  const uuid = build?.generation ?? interrupted?.generation;
  const generation = uuid ? await registry.findGeneration(uuid) : undefined;
  const read = (saved: Run['checkpoint']): CheckpointUse =>
    readCheckpoint(saved, { generation, fingerprint, topicId: topic.id, source });
  const base = read(build ? build.checkpoint : (interrupted?.checkpoint ?? null));
  if (!base.usable) return base;
  const then = generation?.partitions;
  if (generation && !isSameLog(generation, context.options.projection, topic))
    return {
      usable: false,
      reason: `its versions are positions in a topic of ${then ?? 'an unrecorded number of'} partitions, which has ${topic.partitions.length} now`,
    };
  if (!generation || (await store.meta(generation.name))?.uuid !== generation.uuid)
    return { usable: false, reason: 'its index or table is gone' };
  const condition = await store.inspect?.(generation.name, generation);
  if (condition?.unallocated !== undefined) return { usable: false, reason: condition.unallocated };
  if (condition && condition.differences.length > 0)
    return {
      usable: false,
      reason: `its index is not as it was asked for: ${condition.differences.join('; ')}`,
    };
  if (
    generation.state === 'BUILT' &&
    !context.finishing &&
    (await wasRefused(context, generation, interrupted))
  )
    return { usable: false, reason: 'a later run finished its build and the gate refused it' };
  const further = build
    ? [...build.parts, ...(interrupted?.generation === uuid ? [interrupted!] : [])].map((part) =>
        read(part.checkpoint),
      )
    : [];
  const checkpoint = mergeCheckpoints(
    base.checkpoint,
    further.flatMap((one) => (one.usable ? [one.checkpoint] : [])),
  );
  return { usable: true, checkpoint, generation };
}

/** Whether a run that continued this generation was refused: it would be again, however often it is resumed. */
async function wasRefused(
  { servers }: RunContext,
  { uuid }: Generation,
  interrupted: Run | undefined,
): Promise<boolean> {
  const runs = await servers.registry.listRuns({ generation: uuid, limit: 50 });
  return runs.some(
    ({ runId, state, shard }) => runId !== interrupted?.runId && state === 'FAILED' && shard === null,
  );
}

/**
 * Generations of dead runs that nobody reads or feeds: abandoned, and their index or table deleted. One that failed is kept for
 * inspection, unless it never held anything: then there is nothing to inspect, and it makes the cluster red.
 */
async function abandonLeftovers(context: RunContext, fence: Fence, keep: string | undefined): Promise<void> {
  const { registry, store } = context.servers;
  const projection = context.options.projection.name;
  const leftovers = await registry.listGenerations({
    projection,
    states: ['BUILDING', 'INTERRUPTED', 'ABANDONED', 'FAILED'],
  });
  for (const generation of leftovers) {
    const { uuid, name, state } = generation;
    if (uuid === keep || (state === 'FAILED' && !(await wasNeverBuilt(store, generation)))) continue;
    await registry.moveGeneration(uuid, ['BUILDING', 'INTERRUPTED'], 'ABANDONED', { fence });
    await dropOwn(store, { uuid, name });
    await registry.moveGeneration(uuid, ['ABANDONED', 'FAILED'], 'PRUNED', { fence });
    forgetGeneration(context.control, uuid);
    context.control.onNotice?.(`deleted ${name}, the unfinished build of an earlier run`);
  }
}

/** Enters what a checkpoint has finished as done, of the slices the run has to do with. */
export function goOnFrom(
  context: RunContext,
  { finished }: Checkpoint,
  isOwn: (slice: number) => boolean = () => true,
): void {
  for (const [slice, tally] of Object.entries(finished))
    if (isOwn(Number(slice))) context.tallies.set(Number(slice), restoreTally(tally));
  context.readBefore = sumTallies(context.tallies.values()).read;
}

function nothingToResume(why: string): RebuildError {
  return new RebuildError(
    'USAGE',
    `${why}. Nothing was changed. Leave --resume out to build a new generation.`,
  );
}

/** Enters a new generation and makes its empty index or table. */
export async function createGeneration(
  { options, servers, runId, startedAt }: RunContext,
  { topic, fingerprint }: WantedBuild,
  fence: Fence,
): Promise<Generation> {
  const { projection } = options;
  const entered = { projection, topic, fingerprint, runId, now: startedAt };
  const generation = await enterGeneration(servers, entered, fence);
  await servers.store.create(generation.name, metaOf(generation));
  return generation;
}
