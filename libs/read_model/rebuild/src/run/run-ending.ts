import {
  BoundElsewhere,
  BuiltFromAnotherLog,
  CutoverConflict,
  DependencyError,
  LeaseLost,
  StoreMisconfigured,
  type GenerationState,
  type RunState,
} from '@reprise/read-model-indices';
import { EventStoreMismatch, FormatUnreadable, TopicMissing } from '@reprise/read-model-feed';
import { exitCodes } from '@reprise/runtime/commands';
import { sumTallies } from '../fold/slice-tally.ts';
import { lettersOf, onlyLetterOf } from '../left-out/letters-of-run.ts';
import { RebuildError } from '../errors.ts';
import { afterRefusal } from '../gate/gate-remedies.ts';
import { peakMemoryBytes } from '../progress/peak-memory.ts';
import type { Receipt, RebuildOutcome } from './receipt.ts';
import type { RunContext } from './run-context.ts';
import type { RunStep } from './run-steps.ts';

/** How a run ended: for the receipt, for the registry, and for the process. */
export interface Ending {
  readonly outcome: RebuildOutcome;
  readonly exitCode: number;
  readonly runState: Exclude<RunState, 'RUNNING'>;
  /** State of a generation whose build did not finish; undefined when it keeps the one it has. */
  readonly generationState?: Extract<GenerationState, 'INTERRUPTED' | 'FAILED'>;
  readonly message: string | null;
  readonly leaseLost: boolean;
}

/** Errors that say that settings and servers do not fit each other. */
const misconfigured = [
  TopicMissing,
  StoreMisconfigured,
  BoundElsewhere,
  BuiltFromAnotherLog,
  EventStoreMismatch,
  FormatUnreadable,
];

/** The exit code of an error, wherever it was thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof DependencyError) return error.retryable ? exitCodes.dependency : exitCodes.usage;
  if (misconfigured.some((kind) => error instanceof kind)) return exitCodes.usage;
  if (error instanceof LeaseLost) return exitCodes.busy;
  if (error instanceof CutoverConflict) return exitCodes.refused;
  if (!(error instanceof RebuildError)) return exitCodes.refused;
  switch (error.code) {
    case 'USAGE':
      return exitCodes.usage;
    case 'REFUSED':
      return exitCodes.refused;
    case 'BUSY':
      return exitCodes.busy;
    case 'HISTORY_INCOMPLETE':
      return exitCodes.historyIncomplete;
    case 'CANCELLED':
      return exitCodes.cancelled;
  }
}

/** Classifies the end of a run: a step that ended it, or whatever was thrown. */
export function endingOf(end: (RunStep & { step: 'ended' }) | unknown, context: RunContext): Ending {
  if (isEnded(end)) {
    const failedChecks = context.gate.filter(({ passed }) => !passed).map(({ check }) => check);
    if (end.outcome === 'dry-run') return endOfDryRun(failedChecks);
    const refused = end.outcome === 'refused';
    return {
      outcome: end.outcome,
      exitCode: refused ? exitCodes.refused : exitCodes.done,
      runState: refused ? 'FAILED' : 'DONE',
      leaseLost: false,
      message: refused
        ? `The gate refused the new generation (${failedChecks.join(', ')}). Readers were not moved; the generation is kept for inspection.${firstRefused(context)} ${whatNext(context)}`
        : (context.own?.note ?? null),
    };
  }
  const exitCode = exitCodeOf(end);
  const resumable = end instanceof DependencyError || exitCode === exitCodes.cancelled;
  return {
    outcome: exitCode === exitCodes.cancelled ? 'cancelled' : 'failed',
    exitCode,
    runState: resumable ? 'INTERRUPTED' : 'FAILED',
    generationState: resumable ? 'INTERRUPTED' : 'FAILED',
    leaseLost: end instanceof LeaseLost,
    message: end instanceof Error ? end.message : String(end),
  };
}

function whatNext({ options, generation, gate, source, tallies }: RunContext): string {
  return afterRefusal({
    projection: options.projection.name,
    generation: generation?.name ?? '',
    gate,
    onlyLetter: onlyLetterOf(source, sumTallies(tallies.values())),
  });
}

function firstRefused({ tallies }: RunContext): string {
  const [first] = sumTallies(tallies.values()).rejected;
  return first ? ` The store refused document ${first.id}: ${first.reason}` : '';
}

/** The exit code of a dry run says what the gate of a real run would say, as far as that can be known beforehand. */
function endOfDryRun(failedChecks: readonly string[]): Ending {
  const refused = failedChecks.length > 0;
  return {
    outcome: 'dry-run',
    exitCode: refused ? exitCodes.refused : exitCodes.done,
    runState: refused ? 'FAILED' : 'DONE',
    leaseLost: false,
    message: refused
      ? `The gate would refuse a real run (${failedChecks.join(', ')}). Nothing was written.`
      : null,
  };
}

/** The receipt of a run, from what its steps left in the context. */
export function writeReceipt(context: RunContext, ending: Ending, startedBy: Receipt['startedBy']): Receipt {
  const { options, source, generation, startedAt } = context;
  const total = sumTallies(context.tallies.values());
  const endedAt = new Date();
  const buildMs = context.stepMs['build'] ?? 0;
  const read = total.read + halfReadEvents(context);
  const readByThisRun = read - context.readBefore;
  return {
    runId: context.runId,
    outcome: ending.outcome,
    projection: options.projection.name,
    mode: options.mode,
    source: source?.kind ?? (options.source === 'event-store' ? 'event-store' : 'kafka'),
    topic: source?.topic ?? { name: context.servers.topic, id: '' },
    versions: options.projection.events.versions,
    ranges: (source?.slices ?? []).map(({ slice, start, end }) => ({
      partition: slice,
      start: String(start),
      end: String(end),
    })),
    events: {
      read,
      readByThisRun,
      applied: total.applied,
      duplicate: total.duplicate,
      deadLettered: total.poisoned,
      heldBack: total.heldBack,
      byType: Object.fromEntries([...total.byType].sort(([one], [other]) => (one < other ? -1 : 1))),
    },
    documents: {
      written: total.written,
      live: total.documents - total.tombstones,
      tombstones: total.tombstones,
      bytes: total.bytes,
      refused: total.rejectedCount,
    },
    shard: options.shard
      ? { index: options.shard.index, of: options.shard.of, open: context.own?.open ?? [] }
      : null,
    generation: generation
      ? { name: generation.name, uuid: generation.uuid, fingerprint: generation.fingerprint }
      : null,
    digest: context.digest ?? null,
    gate: context.gate,
    cutover: context.cutover ?? null,
    timing: {
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      durationMs: endedAt.getTime() - startedAt.getTime(),
      eventsPerSecond: buildMs > 0 ? Math.round((readByThisRun / buildMs) * 1000) : 0,
      steps: context.stepMs,
    },
    resources: {
      maxRssBytes: peakMemoryBytes(),
      spilledBytes: context.progress.spilledBytes,
    },
    untilTs: options.untilTime?.toISOString() ?? null,
    dryRun: context.dryRun ?? null,
    letters: lettersOf(context.leftOut, source, total),
    poison: total.poison,
    gaps: total.gaps,
    unknown: context.unknown,
    refusedDocuments: total.rejected,
    warnings: context.warnings,
    startedBy,
    traceId: context.spans.traceId,
    message: ending.message,
  };
}

/** Events of slices that were read in part, as far as that was saved: the next run resumes after them. */
function halfReadEvents({ halfRead, tallies }: RunContext): number {
  return [...halfRead].reduce((sum, [slice, mark]) => sum + (tallies.has(slice) ? 0 : mark.read), 0);
}

function isEnded(end: unknown): end is RunStep & { step: 'ended' } {
  return typeof end === 'object' && end !== null && 'step' in end && end.step === 'ended';
}
