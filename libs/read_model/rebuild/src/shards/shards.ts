import { setTimeout as delay } from 'node:timers/promises';
import type { LogSource } from '@reprise/events';
import {
  leaseOfShard,
  type Fence,
  type HeldLease,
  type Registry,
  type ShardedBuild,
  type ShardPlace,
} from '@reprise/read-model-indices';
import { RebuildError } from '../errors.ts';
import type { Shard } from '../rebuild-options.ts';
import {
  besideRun,
  busyWith,
  keepRenewed,
  tryLease,
  type LeaseHolder,
  type OwnLease,
} from '../lease/under-lease.ts';

/** How long a shard waits for another one, or a short piece of work, to give the projection's lease back. */
const patienceMs = 60_000;
const pollMs = 100;

/** Slices are dealt out by their number; what lies between slices (a negative one) is no shard's. */
export function isSliceOf({ index, of }: ShardPlace, slice: number): boolean {
  return slice >= 0 && slice % of === index;
}

/** The source with the slices of one shard only; its positions stay those of the whole. */
export function sliceOfShard(source: LogSource, shard: Shard): LogSource {
  return { ...source, slices: source.slices.filter(({ slice }) => isSliceOf(shard, slice)) };
}

/** Leases of the projection's shards that are held now. */
export async function shardsAtWork(registry: Registry, projection: string): Promise<HeldLease[]> {
  const held = await registry.heldLeases(projection);
  return held.filter(({ lease }) => lease !== projection);
}

/** @throws RebuildError BUSY while shards of the projection are running */
export async function refuseBesideShards(registry: Registry, projection: string): Promise<void> {
  const others = await shardsAtWork(registry, projection);
  if (others.length > 0) throw busyWithShards(projection, others);
}

/**
 * The same for shards that have joined a build, but for `own`; those that wait to join the next one do not count.
 * @throws RebuildError BUSY
 */
export async function refuseBesideShardsOf(
  registry: Registry,
  { projection, generation }: ShardedBuild,
  own: Shard | undefined,
): Promise<void> {
  const joined: HeldLease[] = [];
  for (const held of await shardsAtWork(registry, projection)) {
    if (own && held.lease === leaseOfShard(projection, own)) continue;
    const run = await registry.findRun(held.runId);
    if (run?.generation === generation) joined.push(held);
  }
  if (joined.length > 0) throw busyWithShards(projection, joined);
}

/**
 * Checks that a shard may begin: nobody rebuilds the projection as a whole or by another number of shards.
 * @throws RebuildError BUSY
 */
export async function refuseBesideOthers(
  registry: Registry,
  projection: string,
  shard: Shard,
): Promise<void> {
  const held = await registry.heldLeases(projection);
  const whole = held.find(({ lease }) => lease === projection);
  if (
    whole &&
    (await isRunOfTheWhole(registry, whole.runId)) &&
    !(await isTakenOn(registry, projection, shard, whole))
  )
    throw busyWith(projection, whole);
  const divided = held.filter(
    ({ lease }) => lease.startsWith(`${projection} `) && !lease.endsWith(`/${shard.of}`),
  );
  if (divided.length > 0) throw busyWithShards(projection, divided);
}

/**
 * Takes the projection's own lease for what concerns all shards, waiting for others that hold it for a moment.
 * @param patient waits for runs of the whole too, which may take long
 * @returns who has it, instead, when that run is finishing what this shard has built
 * @throws RebuildError BUSY when it is not to be had; the reason of the signal
 */
export async function takeWholeLease(
  registry: Registry,
  projection: string,
  shard: Shard,
  {
    runId,
    signal,
    patient,
  }: { readonly runId: string; readonly signal: AbortSignal; readonly patient: boolean },
): Promise<OwnLease | { readonly takenOnBy: string }> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const attempt = await tryLease(registry, projection, runId);
    if ('fence' in attempt) return keepRenewed(registry, attempt);
    if (await isTakenOn(registry, projection, shard, attempt)) return { takenOnBy: attempt.runId };
    const isOver = performance.now() > deadline;
    if (isOver || (!patient && (await isRunOfTheWhole(registry, attempt.runId))))
      throw busyWith(projection, attempt);
    await delay(pollMs, undefined, { signal });
  }
}

/** The projection's open build. One whose generation is settled by other means is closed. */
export async function openBuild(
  registry: Registry,
  projection: string,
  fence: Fence,
): Promise<ShardedBuild | undefined> {
  const build = await registry.shards.newest(projection);
  if (!build || build.outcome !== null) return undefined;
  const generation = await registry.findGeneration(build.generation);
  switch (generation?.state) {
    case 'BUILDING':
    case 'INTERRUPTED':
    case 'BUILT':
    case 'VERIFIED':
      return build;
    case 'LIVE':
    case 'STANDBY':
      await registry.shards.close(build.generation, 'promoted', fence);
      return undefined;
    default:
      await registry.shards.close(build.generation, 'given-up', fence);
      return undefined;
  }
}

/** Whether a run of the whole projection continues with what this shard has already built. */
async function isTakenOn(
  registry: Registry,
  projection: string,
  shard: Shard,
  holder: Pick<LeaseHolder, 'runId'>,
): Promise<boolean> {
  const build = await registry.shards.newest(projection);
  if (!build || build.shards !== shard.of || !build.parts[shard.index]?.built) return false;
  const run = await registry.findRun(holder.runId);
  return run?.generation === build.generation && run.shard === null;
}

async function isRunOfTheWhole(registry: Registry, runId: string): Promise<boolean> {
  const run = await registry.findRun(runId);
  return run?.state === 'RUNNING' && run.shard === null;
}

function busyWithShards(projection: string, shards: readonly HeldLease[]): RebuildError {
  const named = shards.map(
    ({ lease, holder, runId }) => `${lease.slice(projection.length + 1)} (${holder}, run ${runId})`,
  );
  return new RebuildError(
    'BUSY',
    `${projection} is being rebuilt by shards: ${named.join(', ')}. Nothing was changed. ${besideRun(projection)}`,
  );
}
