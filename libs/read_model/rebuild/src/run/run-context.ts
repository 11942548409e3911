import type { Fence, Generation } from '@reprise/read-model-indices';
import type { DescribedSource } from '../log/described-source.ts';
import { BuildProgress } from '../build/build-progress.ts';
import type { SliceMark } from '../build/slice-snapshot.ts';
import type { SliceTally } from '../fold/slice-tally.ts';
import type { DryRunReport } from '../dry-run/dry-run.ts';
import type { GateCheck } from '../gate/gate.ts';
import type { LiveCount } from '../gate/live-count.ts';
import { nothingLeftOut, type LeftOut } from '../left-out/left-out.ts';
import { ProgressMeter } from '../progress/progress-meter.ts';
import type { RebuildControl, RebuildOptions, RebuildServers, Shard } from '../rebuild-options.ts';
import type { CutoverRecord } from './receipt.ts';
import { RunSpans } from './run-spans.ts';

/** The part of a sharded build that a run does, and what it finds out about it. */
export interface OwnShard {
  readonly shard: Shard;
  /** Shards that were still to be built when this one ended. */
  open: readonly number[];
  /** What the operator should know of the others. */
  note?: string;
}

/** What a run is given. */
interface GivenToRun {
  readonly runId: string;
  readonly options: RebuildOptions;
  readonly servers: RebuildServers;
  readonly control: RebuildControl;
  /** Undefined where no generation is written, so that no lease is held. */
  readonly fence: Fence | undefined;
  /** Ends the run: the caller's signal, a lost lease or a requested cancellation. */
  readonly signal: AbortSignal;
  /** Directory of the run's own. */
  readonly workDirectory: string;
  readonly startedAt: Date;
  /** Given: the run builds this shard's slices only, under the shard's own lease. */
  readonly own?: OwnShard | undefined;
  /** A part of the log that is applied again, instead of a generation. */
  readonly isReplay?: boolean;
  /** Given: the run finishes the build of shards with this generation. */
  readonly finishing?: string | undefined;
}

/**
 * A run: what it is given, what it counts, and what it has come to so far, for its receipt. A run may end anywhere, so its
 * receipt takes what is undefined as not reached; a step that needs more than this asks for the run of its stage.
 */
export interface RunContext extends GivenToRun {
  readonly progress: BuildProgress;
  readonly spans: RunSpans;
  readonly meter: ProgressMeter;
  readonly warnings: string[];
  readonly stepMs: Record<string, number>;
  /** Slices an interrupted run had finished, then all finished ones. */
  tallies: Map<number, SliceTally>;
  /** Slices that are half read, with the snapshots of what was folded of them. */
  readonly halfRead: Map<number, SliceMark>;
  /** Events that were read by the run that this one resumed. */
  readBefore: number;
  source?: DescribedSource;
  /** What readers had when the ends of the log were captured; undefined when they were on nothing. */
  liveBefore?: LiveCount | undefined;
  /** Records that are left out because their dead letters were discarded. */
  leftOut: LeftOut;
  generation?: Generation;
  gate: GateCheck[];
  digest?: string;
  cutover?: CutoverRecord;
  dryRun?: DryRunReport;
  /** Of the aggregates a part of the log was named by, those nobody knows. */
  unknown: readonly string[];
}

/** A run whose log is open. */
export interface ReadingRun extends RunContext {
  source: DescribedSource;
}

/** A run that may change something, under a lease. */
export interface LeasedRun extends RunContext {
  readonly fence: Fence;
}

/** A run with the generation that it builds, proves and moves readers to. */
export interface WritingRun extends LeasedRun {
  source: DescribedSource;
  generation: Generation;
}

export function holdsLease(run: RunContext): run is LeasedRun {
  return run.fence !== undefined;
}

export function newRunContext(given: GivenToRun): RunContext {
  const meter = new ProgressMeter({
    now: () => performance.now(),
    rssBytes: () => process.memoryUsage.rss(),
    latestFault: () => given.control.latestFault?.(),
  });
  const { runId: id, options, isReplay } = given;
  const { projection, mode } = options;
  const spans = new RunSpans({
    ...{ id, projection: projection.name, mode },
    kind: isReplay ? 'replay' : 'rebuild',
  });
  return {
    ...given,
    spans,
    progress: new BuildProgress((slice) => spans.slice(slice)),
    meter,
    warnings: [],
    stepMs: {},
    tallies: new Map(),
    halfRead: new Map(),
    readBefore: 0,
    leftOut: nothingLeftOut,
    gate: [],
    unknown: [],
  };
}
