import type { VersionSource } from '@reprise/events';
import { exitCodes } from '@reprise/runtime/commands';
import type { PoisonEvent, VersionGap } from '../fold/slice-tally.ts';
import { isRebuildError } from '../errors.ts';
import type { GateCheck, GateLimits } from '../gate/gate.ts';
import { busyWith } from '../lease/under-lease.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import { rebuildReadModel } from '../rebuild/rebuild.ts';
import type { Receipt } from '../run/receipt.ts';
import { exitCodeOf } from '../run/run-ending.ts';
import { refuseBesideShards } from '../shards/shards.ts';
import type { DryRunReport } from './dry-run.ts';
import type { LiveDiff } from './live-diff.ts';

/** What a rebuild would come to, as far as that can be known without writing. */
export interface Plan {
  readonly projection: string;
  /** `possible`: a rebuild would be promoted. `refused`: it could not be, or not now. `cancelled`: this plan was not finished. */
  readonly verdict: 'possible' | 'refused' | 'cancelled';
  /** What the process of a rebuild would end with. */
  readonly exitCode: number;
  /** What stands in the way, and what to do next; null when nothing does. */
  readonly message: string | null;
  readonly source: Receipt['source'];
  readonly topic: Receipt['topic'];
  /** What orders an aggregate's events: their count, or their position in the topic, which promises less. */
  readonly versions: VersionSource;
  readonly ranges: Receipt['ranges'];
  readonly events: Pick<Receipt['events'], 'read' | 'deadLettered' | 'heldBack' | 'byType'>;
  /** Event types that the contract does not have, with how many events each; each such event is poison. */
  readonly unknownTypes: DryRunReport['unhandledTypes'];
  /** The first poison events; `events.deadLettered` counts them all. */
  readonly poison: readonly PoisonEvent[];
  /** The first aggregates with missing events. */
  readonly gaps: readonly VersionGap[];
  /** The generation it would build; null where the log was not read. */
  readonly predicted: DryRunReport['predicted'] | null;
  readonly estimatedDurationMs: number | null;
  /** What the estimate rests on. */
  readonly estimatedFrom: string | null;
  /** Checks of the gate whose outcome is known beforehand. */
  readonly gate: readonly GateCheck[];
  /** What readers would see change; null when that was not asked for. */
  readonly diff: LiveDiff | null;
  readonly warnings: readonly string[];
}

/** What can be asked of a plan beside its projection; all of it has defaults. */
export interface PlanRequest extends Partial<
  Pick<
    RebuildOptions,
    'source' | 'batchSize' | 'workers' | 'memoryBytes' | 'untilTime' | 'maxEventsPerSecond' | 'diffLimit'
  >
> {
  readonly gate?: Partial<GateLimits>;
  /** Stops the plan when it aborts. */
  readonly signal?: AbortSignal;
}

/** What of a rebuild a plan is made for. */
export type PlanOptions = Omit<RebuildOptions, 'mode' | 'shard' | 'canaries' | 'deep' | 'requireFeeder'>;

/**
 * Says what a rebuild would come to: checks what it checks beforehand, reads and folds the whole log, and judges the result by the
 * gate. It writes nothing and needs no right to. The search queries of canaries, and contents as the store gives them back, are known
 * only once there is a generation.
 *
 * @throws BoundElsewhere when the registry belongs to another event log or other readers; DependencyError when it is away
 */
export async function planRebuild(
  options: PlanOptions,
  servers: RebuildServers,
  control: RebuildControl,
): Promise<Plan> {
  const { receipt, ending } = await rebuildReadModel({ ...options, mode: 'DRY_RUN' }, servers, control);
  const cancelled = ending.outcome === 'cancelled';
  const busy = cancelled ? undefined : await runInTheWay(options.projection.name, servers);
  const { exitCode, message } = busy ?? ending;
  return {
    projection: receipt.projection,
    verdict: cancelled ? 'cancelled' : exitCode === exitCodes.done ? 'possible' : 'refused',
    ...{ exitCode, message },
    ...planned(receipt),
  };
}

function planned(receipt: Receipt): Omit<Plan, 'projection' | 'verdict' | 'exitCode' | 'message'> {
  const { source, topic, versions, ranges, poison, gaps, gate, warnings, dryRun } = receipt;
  const { read, deadLettered, heldBack, byType } = receipt.events;
  return {
    ...{ source, topic, versions, ranges, poison, gaps, gate, warnings },
    events: { read, deadLettered, heldBack, byType },
    unknownTypes: dryRun?.unhandledTypes ?? {},
    predicted: dryRun?.predicted ?? null,
    estimatedDurationMs: dryRun?.estimatedDurationMs ?? null,
    estimatedFrom: dryRun?.estimatedFrom ?? null,
    diff: dryRun?.diff ?? null,
  };
}

/** A rebuild takes the lease before it looks at anything else. */
async function runInTheWay(
  projection: string,
  { registry }: Pick<RebuildServers, 'registry'>,
): Promise<{ readonly exitCode: number; readonly message: string } | undefined> {
  try {
    const held = await registry.heldLeases(projection);
    const own = held.find(({ lease }) => lease === projection);
    if (own) throw busyWith(projection, own);
    await refuseBesideShards(registry, projection);
    return undefined;
  } catch (error) {
    if (!isRebuildError(error, 'BUSY')) throw error;
    return { exitCode: exitCodeOf(error), message: error.message };
  }
}
