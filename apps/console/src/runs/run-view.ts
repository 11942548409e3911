import type { Run } from '@reprise/read-model-indices';
import type { GateCheck, Known, PartitionView, RunProgress, RunView } from '../contract/index.ts';

/** Progress as a run saves it; one of another release may lack any of it. */
interface SavedProgress {
  readonly step?: string;
  readonly percent?: number;
  readonly eventsRead?: number;
  readonly eventsInLog?: number;
  readonly eventsPerSecond?: number;
  readonly secondsLeft?: number | null;
  readonly documentsWritten?: number;
  readonly spilledBytes?: number;
  readonly rssBytes?: number;
  readonly stall?: { readonly forMs: number; readonly cause: string } | null;
  readonly slices?: readonly {
    readonly slice: number;
    readonly position: string;
    readonly end: string;
    readonly done: boolean;
    readonly eventsPerSecond?: number;
  }[];
  readonly gate?: readonly { check: unknown; expected: unknown; actual: unknown; passed: unknown }[];
}

/** A run saves its progress once a second; after this long without, something keeps it from that. */
const silentAfterMs = 15_000;

export interface RunContext {
  /** Whether its process holds its lease. A run without one (a dry run) counts as there while it saves. */
  readonly holdsLease: boolean;
  /** Names of generations by uuid. */
  readonly names: ReadonlyMap<string, string>;
}

export function runViewOf(run: Run, { holdsLease, names }: RunContext): RunView {
  const { user, host, pid } = run;
  return {
    runId: run.runId,
    projection: run.projection,
    mode: run.mode,
    source: run.source,
    shard: run.shard,
    state: run.state === 'RUNNING' && !holdsLease ? 'LOST' : run.state,
    outcome: run.outcome,
    exitCode: run.exitCode,
    generation: run.generation === null ? null : (names.get(run.generation) ?? run.generation),
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    startedBy: { user, host, pid },
    cancelRequestedAt: run.cancelRequestedAt?.toISOString() ?? null,
  };
}

/** @param now by the clock of the registry, which the run's times are taken on */
export function progressOf(run: Run, { holdsLease }: RunContext, now: Date): Known<RunProgress> {
  const saved = run.progress as SavedProgress | null;
  if (saved === null) return { known: false, why: 'the run has saved no progress yet' };
  return {
    known: true,
    value: {
      step: saved.step ?? 'unknown',
      percent: saved.percent ?? 0,
      eventsRead: saved.eventsRead ?? 0,
      eventsInLog: saved.eventsInLog ?? 0,
      eventsPerSecond: saved.eventsPerSecond ?? 0,
      secondsLeft: saved.secondsLeft ?? null,
      documentsWritten: saved.documentsWritten ?? 0,
      spilledBytes: saved.spilledBytes ?? 0,
      rssBytes: saved.rssBytes ?? 0,
      savedAt: run.savedAt?.toISOString() ?? null,
      stalled: run.state === 'RUNNING' ? stalledOf(run, saved, holdsLease, now) : null,
    },
  };
}

function stalledOf(
  { savedAt, startedAt, host, pid }: Run,
  { stall }: SavedProgress,
  holdsLease: boolean,
  now: Date,
): RunProgress['stalled'] {
  const silentMs = now.getTime() - (savedAt ?? startedAt).getTime();
  const seconds = Math.round(silentMs / 1_000);
  if (!holdsLease)
    return {
      seconds,
      sentence: `Its process (${pid} on ${host}) is gone; the next rebuild of the projection takes over where it stood.`,
    };
  if (silentMs > silentAfterMs)
    return {
      seconds,
      sentence: `Its process (${pid} on ${host}) has saved nothing for ${seconds} s: it is stopped, or cannot reach the registry.`,
    };
  if (!stall) return null;
  const still = Math.round((stall.forMs + silentMs) / 1_000);
  return { seconds: still, sentence: `Nothing has moved for ${still} s: ${stall.cause}.` };
}

export function partitionsOf({ progress }: Pick<Run, 'progress'>): PartitionView[] {
  const { slices = [] } = (progress ?? {}) as SavedProgress;
  return slices.map(({ slice, position, end, done, eventsPerSecond = 0 }) => ({
    ...{ partition: slice, position, end, done, eventsPerSecond },
  }));
}

/** The checks of the gate, from the receipt where there is one. */
export function gateOf({ receipt, progress }: Pick<Run, 'receipt' | 'progress'>): GateCheck[] {
  const gate = (receipt ?? progress ?? {})['gate'] as SavedProgress['gate'];
  return (gate ?? []).map(({ check, expected, actual, passed }) => ({
    check: String(check),
    expected: String(expected),
    actual: String(actual),
    passed: passed === true,
  }));
}
