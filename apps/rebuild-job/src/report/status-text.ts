import type { ProgressReport, ShardedBuildStatus } from '@reprise/read-model-rebuild';
import type { ProjectionStatus } from '../commands/status.ts';
import { describeAction } from './next-step.ts';
import { linesText } from './text.ts';

/** The status of one projection as lines of text: the verdict first, with what to do about it. */
export function describeStatus(status: ProjectionStatus, verbose = false): string {
  const { readers, verdict } = status;
  const lines = [`${status.projection}: ${verdict.text}`];
  if (verdict.next !== null) lines.push(`  next        ${describeAction(verdict.next)}`);
  const on = readers.unreachable === null ? readers.on.join(', ') || 'nothing' : 'unknown';
  lines.push(`  readers     of "${readers.alias}" are on ${on}`);
  if (status.bound) {
    const { topic, clusterId, readers: bound } = status.bound;
    lines.push(
      `  bound to    topic "${topic}" on Kafka cluster ${clusterId ?? 'unknown'}, readers "${bound}"`,
    );
  }
  if (readers.unreachable !== null) lines.push(`  unreachable ${readers.unreachable}`);
  for (const caveat of readers.caveats) lines.push(`  readers     their alias was set up by hand: ${caveat}`);
  if (status.generations.length === 0) lines.push('  no generations');
  for (const { name, state, since, lag, lagSeconds, positions, untilTs } of status.generations) {
    const late = lagSeconds === null || lagSeconds === 0 ? '' : `, ${lagSeconds} s`;
    const fed = untilTs === null ? `lag ${lag ?? 'unknown'}${late}` : `as of ${untilTs}, not fed`;
    lines.push(`  ${state.padEnd(11)} ${name}  since ${since}  ${fed}`);
    const at = Object.entries(positions).map(([partition, position]) => `${partition}:${position}`);
    if (verbose) lines.push(`    positions ${at.join(' ') || 'none'}`);
  }
  for (const name of status.orphans ?? [])
    lines.push(`  orphan      ${name} is owned by no entry of this registry (another one may own it)`);
  for (const name of status.missing ?? [])
    lines.push(`  gone        ${name} is in the registry, and its index or table is gone`);
  if (status.running) lines.push(...describeRunning(status.running));
  if (status.shards) lines.push(...describeShards(status.shards));
  for (const { runId, outcome, state, exitCode, startedAt, refused } of status.lastRuns) {
    if (state === 'RUNNING') continue;
    lines.push(
      `  last        ${startedAt.toISOString()} ${runId} ${outcome ?? state} (exit ${exitCode ?? '-'})`,
    );
    if (refused) lines.push(`    the store refused ${refused.documents} documents:`);
    for (const { id, reason } of refused?.first ?? []) lines.push(`      ${id}: ${reason}`);
  }
  return linesText(lines);
}

function describeRunning(running: NonNullable<ProjectionStatus['running']>): string[] {
  const { runId, host, pid, startedAt, lost } = running;
  const by = `${runId} on ${host} pid ${pid} since ${startedAt.toISOString()}`;
  const progress = running.progress as Partial<SavedProgress> | null;
  if (lost) return [`  lost        ${by} (process gone): the next rebuild resumes from its checkpoint`];
  if (!progress?.slices) return [`  running     ${by}: starting`];
  const { step, percent, eventsInLog, eventsPerSecond, secondsLeft, documentsWritten, rssBytes } = progress;
  const left = secondsLeft === null ? 'time left unknown' : `${String(secondsLeft)} s left`;
  const lines = [
    `  running     ${by}: ${String(step)} ${String(percent)}% of ${String(eventsInLog)} events, ${String(eventsPerSecond)} events/s, ${left}, ` +
      `${String(documentsWritten)} documents written, ${Math.round(Number(rssBytes) / 2 ** 20)} MB`,
  ];
  for (const { slice, position, end, eventsPerSecond: rate, done } of progress.slices)
    lines.push(`    partition ${slice}  ${position} of ${end}  ${done ? 'done' : `${rate} events/s`}`);
  if (progress.stall)
    lines.push(`    stands still for ${Math.round(progress.stall.forMs / 1_000)} s: ${progress.stall.cause}`);
  return lines;
}

/** A report as a run saves it: positions as text. */
type SavedProgress = Omit<ProgressReport, 'slices'> & {
  readonly slices: readonly {
    readonly slice: number;
    readonly position: string;
    readonly end: string;
    readonly eventsPerSecond: number;
    readonly done: boolean;
  }[];
};

/** The states of a shard, as people read them. */
const shardWords = { built: 'built', 'at work': 'running', 'not at work': 'not running' } as const;

function describeShards({ generation, job, shards }: ShardedBuildStatus): string[] {
  const lines = [`  shards      of generation ${generation}${job === null ? '' : `, job ${job}`}`];
  for (const { shard, state, run } of shards) {
    const { eventsRead, eventsInLog } = (run?.progress ?? {}) as Record<string, unknown>;
    const by = run
      ? `: run ${run.runId} on ${run.host} pid ${run.pid}, ${String(eventsRead ?? 0)} of ${String(eventsInLog ?? '?')} events`
      : '';
    lines.push(`  shard       ${shard} ${shardWords[state]}${by}`);
  }
  return lines;
}
