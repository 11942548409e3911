import { randomUUID } from 'node:crypto';
import { leaseOfShard, type Fence } from '@reprise/read-model-indices';
import { RebuildError } from '../errors.ts';
import type { RebuildControl, RebuildOptions, RebuildServers, Shard } from '../rebuild-options.ts';
import type { Receipt } from '../run/receipt.ts';
import type { Ending } from '../run/run-ending.ts';
import { refuseBesideOthers, takeWholeLease } from './shards.ts';
import { keepRenewed, takeLease } from '../lease/under-lease.ts';

/** What of a sharded build a run does: one shard's part, or all that comes after the parts. */
export type ShardRole = { readonly shard: Shard } | { readonly finishing: string };

/** Performs one run, entered in the registry, under the lease of `fence`. */
export type PerformRun = (
  runId: string,
  fence: Fence,
  options: RebuildOptions,
  role: ShardRole,
) => Promise<RunResult>;

export interface RunResult {
  readonly receipt: Receipt;
  readonly ending: Ending;
}

/**
 * Builds one shard's part of a generation and, when no other part is open any more, finishes it: reconciles, gates and cuts
 * over, as a separate run under the projection's lease. May be killed anywhere and started again.
 *
 * @returns the receipt of the finishing run, or of the part when others are still open (`shard-built`)
 * @throws RebuildError USAGE for what is not divided; BUSY when the same shard, other shards or a run of the whole are
 *   running. Nothing was changed then.
 */
export async function rebuildShard(
  shard: Shard,
  options: RebuildOptions,
  { registry }: Pick<RebuildServers, 'registry'>,
  { signal, onNotice }: Pick<RebuildControl, 'signal' | 'onNotice'>,
  perform: PerformRun,
): Promise<RunResult> {
  refuseIndivisible(shard, options);
  const projection = options.projection.name;
  const runId = randomUUID();
  // Held until the very end, so that nobody takes the build for one whose shards are gone.
  const own = keepRenewed(registry, await takeLease(registry, leaseOfShard(projection, shard), runId));
  try {
    await refuseBesideOthers(registry, projection, shard);
    const built = await perform(runId, own.fence, options, { shard });
    const generation = built.receipt.generation?.uuid;
    if (built.ending.outcome !== 'shard-built' || generation === undefined) return built;
    const result = (await finishWhole(generation)) ?? built;
    const hasEnded = ['shard-built', 'promoted', 'built', 'refused'].includes(result.ending.outcome);
    if (hasEnded) await recorded(registry.shards.markReported(generation, shard.index, own.fence));
    return result;
  } finally {
    await own.release();
  }

  /** Finishes the generation when all of its parts are built and nobody else does. */
  async function finishWhole(generation: string): Promise<RunResult | undefined> {
    if (!(await isReady(generation))) return undefined;
    const finishing = randomUUID();
    const whole = await takeWholeLease(registry, projection, shard, {
      runId: finishing,
      signal,
      patient: true,
    });
    if ('takenOnBy' in whole) return undefined;
    try {
      if (!(await isReady(generation))) return undefined;
      const result = await perform(finishing, whole.fence, options, { finishing: generation });
      const { outcome } = result.ending;
      if (outcome === 'promoted' || outcome === 'built' || outcome === 'refused')
        await recorded(registry.shards.close(generation, outcome, whole.fence));
      return result;
    } finally {
      await whole.release();
    }
  }

  /** What was done stays done when the registry cannot record the end; the next shard that starts finds out. */
  async function recorded(change: Promise<void>): Promise<void> {
    await change.catch((error: unknown) =>
      onNotice?.(
        `the end of the sharded build is not in the registry: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }

  async function isReady(generation: string): Promise<boolean> {
    const build = await registry.shards.ofGeneration(generation);
    return build?.outcome === null && build.parts.every(({ built }) => built);
  }
}

/** @throws RebuildError USAGE */
function refuseIndivisible({ index, of }: Shard, { mode, source }: RebuildOptions): void {
  const problem =
    !Number.isInteger(of) || !Number.isInteger(index) || index < 0 || index >= of
      ? `there is no shard ${index} of ${of}`
      : mode === 'DRY_RUN'
        ? 'a dry run is not divided'
        : source === 'event-store'
          ? 'the event store is read in one snapshot and not divided'
          : undefined;
  if (problem !== undefined)
    throw new RebuildError('USAGE', `The rebuild was not started: ${problem}. Rebuild without a shard.`);
}
