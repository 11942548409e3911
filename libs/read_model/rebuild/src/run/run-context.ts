import type { Fence, Generation } from '@reprise/read-model-indices';
import { BuildProgress } from '../build/build-progress.ts';
import type { SliceMark } from '../build/slice-snapshot.ts';
import type { SliceTally } from '../build/slice-tally.ts';
import { nothingLeftOut, type LeftOut } from '../left-out/left-out.ts';
import type { LogSource } from '../log/log-source.ts';
import type { DocumentState } from '../verify/classify.ts';
import type { DryRunReport } from '../dry-run/dry-run.ts';
import type { GateCheck } from '../gate/gate.ts';
import { ProgressMeter } from '../progress/progress-meter.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from './rebuild-options.ts';
import type { CutoverRecord } from './receipt.ts';
import type { Shard } from '../shards/shards.ts';

/** The part of a sharded build that a run does, and what it finds out about it. */
export interface OwnShard {
  readonly shard: Shard;
  /** Shards that were still to be built when this one ended. */
  open: readonly number[];
  /** What the operator should know of the others. */
  note?: string;
}

/** Everything a run's steps share. Filled step by step; what is undefined has not been reached. */
export interface RunContext {
  readonly runId: string;
  readonly options: RebuildOptions;
  readonly servers: RebuildServers;
  readonly control: RebuildControl;
  /** Undefined in a dry run, which holds no lease because it changes nothing. */
  readonly fence: Fence | undefined;
  /** Ends the run: the caller's signal, a lost lease or a requested cancellation. */
  readonly signal: AbortSignal;
  readonly progress: BuildProgress;
  readonly meter: ProgressMeter;
  /** Directory of the run's own. */
  readonly workDirectory: string;
  readonly startedAt: Date;
  readonly warnings: string[];
  /** Of the aggregates a part of the log was named by, those nobody knows. */
  unknown: readonly string[];
  readonly stepMs: Record<string, number>;
  /** Given: the run builds this shard's slices only, under the shard's own lease. */
  readonly own?: OwnShard | undefined;
  /** Given: the run finishes the build of shards with this generation. */
  readonly finishing?: string | undefined;
  source?: LogSource;
  /** Records that are left out because their dead letters were discarded. */
  leftOut: LeftOut;
  generation?: Generation;
  /** Slices an interrupted run had finished, then all finished ones. */
  tallies: Map<number, SliceTally>;
  /** Slices that are half read, with the snapshots of what was folded of them. */
  readonly halfRead: Map<number, SliceMark>;
  total?: SliceTally;
  /** Events among them that were read by the run that this one resumed. */
  readBefore?: number;
  dryRun?: DryRunReport;
  /** In a dry run: documents whose events lie in several slices, joined. */
  joined?: ReadonlyMap<string, DocumentState>;
  gate: GateCheck[];
  digest?: string;
  cutover?: CutoverRecord;
}

export function newRunContext(
  given: Pick<
    RunContext,
    | 'runId'
    | 'options'
    | 'servers'
    | 'control'
    | 'fence'
    | 'signal'
    | 'workDirectory'
    | 'startedAt'
    | 'own'
    | 'finishing'
  >,
): RunContext {
  const meter = new ProgressMeter({
    now: () => performance.now(),
    rssBytes: () => process.memoryUsage.rss(),
    latestFault: () => given.control.latestFault?.(),
  });
  return {
    ...given,
    progress: new BuildProgress(),
    meter,
    warnings: [],
    unknown: [],
    stepMs: {},
    leftOut: nothingLeftOut,
    tallies: new Map(),
    halfRead: new Map(),
    gate: [],
  };
}

/** The generation of a run that writes one; a step that needs it runs only after it was made. */
export function generationOf(context: RunContext): Generation {
  if (!context.generation) throw new Error('the run has no generation yet');
  return context.generation;
}

/** The fence of a run that changes something. */
export function fenceOf(context: RunContext): Fence {
  if (!context.fence) throw new Error('a dry run holds no lease');
  return context.fence;
}
