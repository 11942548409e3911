import type { ShardedBuildStatus } from '@reprise/read-model-rebuild';
import type { ProjectionStatus } from '../commands/status.ts';

/** The status of one projection as lines of text. */
export function describeStatus(status: ProjectionStatus): string {
  const { readers, running } = status;
  const lines = [
    `${status.projection}: readers of "${readers.alias}" are on ${readers.on.join(', ') || 'nothing (run a rebuild)'}`,
  ];
  if (status.generations.length === 0) lines.push('  no generations');
  for (const { name, state, since, lag, positions } of status.generations) {
    const at = Object.entries(positions).map(([partition, position]) => `${partition}:${position}`);
    lines.push(
      `  ${state.padEnd(11)} ${name}  since ${since}  lag ${lag ?? 'unknown (another topic)'}  positions ${at.join(' ') || 'none'}`,
    );
  }
  if (running) {
    const { step, eventsRead, eventsInLog, documentsWritten } = (running.progress ?? {}) as Record<
      string,
      unknown
    >;
    lines.push(
      `  running     ${running.runId} on ${running.host} pid ${running.pid} since ${running.startedAt.toISOString()}: ` +
        `${String(step ?? 'starting')}, ${String(eventsRead ?? 0)} of ${String(eventsInLog ?? '?')} events, ${String(documentsWritten ?? 0)} documents`,
    );
  }
  if (status.shards) lines.push(...describeShards(status.shards));
  for (const { runId, outcome, state, exitCode, startedAt } of status.lastRuns) {
    if (state === 'RUNNING') continue;
    lines.push(
      `  last        ${startedAt.toISOString()} ${runId} ${outcome ?? state} (exit ${exitCode ?? '-'})`,
    );
  }
  return lines.join('\n');
}

function describeShards({ generation, job, shards }: ShardedBuildStatus): string[] {
  const lines = [`  shards      of generation ${generation}${job === null ? '' : `, job ${job}`}`];
  for (const { shard, state, run } of shards) {
    const { eventsRead, eventsInLog } = (run?.progress ?? {}) as Record<string, unknown>;
    const by = run
      ? `: run ${run.runId} on ${run.host} pid ${run.pid}, ${String(eventsRead ?? 0)} of ${String(eventsInLog ?? '?')} events`
      : '';
    lines.push(`  shard       ${shard} ${state}${by}`);
  }
  return lines;
}
