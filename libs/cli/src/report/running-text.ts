import type { ProgressReport } from '@reprise/read-model-rebuild';
import { age, type ReadModelStatus, type ShardedBuildStatus } from '@reprise/read-model-status';

type Line = (label: string, text: string) => void;

/** The current run: what it does, how fast, and in `verbose` where each partition stands. */
export function describeRunning(
  running: NonNullable<ReadModelStatus['running']>,
  verbose: boolean,
  line: Line,
): void {
  const { runId, host, pid, sinceSeconds, lost } = running;
  const by = `run ${runId} on ${host} pid ${pid}, for ${age(1_000 * sinceSeconds)}`;
  const progress = running.progress as Partial<SavedProgress> | null;
  if (lost) {
    line('lost', '(process gone): the next rebuild resumes from its checkpoint');
    line('', by);
    return;
  }
  if (!progress?.slices) {
    line('running', 'starting');
    line('', by);
    return;
  }
  const { step, percent, eventsInLog, eventsPerSecond, secondsLeft, documentsWritten, rssBytes } = progress;
  const left = secondsLeft === null ? 'time left unknown' : `${String(secondsLeft)} s left`;
  line(
    'running',
    `${String(step)} ${String(percent)}% of ${String(eventsInLog)} events, ${String(eventsPerSecond)} events/s, ${left}`,
  );
  line('', `${String(documentsWritten)} documents written, ${Math.round(Number(rssBytes) / 2 ** 20)} MB`);
  line('', by);
  const finished = progress.slices.filter(({ done }) => done).length;
  if (!verbose) line('', `partitions: ${finished} of ${progress.slices.length} done`);
  else
    for (const { slice, position, end, eventsPerSecond: rate, done } of progress.slices)
      line('', `partition ${slice}  ${position} of ${end}  ${done ? 'done' : `${rate} events/s`}`);
  if (progress.stall)
    line('', `stands still for ${Math.round(progress.stall.forMs / 1_000)} s: ${progress.stall.cause}`);
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

/** The open build of several shards: how many are built, and in `verbose` each of them. */
export function describeShards(
  { generation, job, shards }: ShardedBuildStatus,
  verbose: boolean,
  line: Line,
): void {
  const built = shards.filter(({ state }) => state === 'built').length;
  line(
    'shards',
    `${built} of ${shards.length} built, generation ${generation}${job === null ? '' : `, job ${job}`}`,
  );
  for (const { shard, state, run } of shards) {
    if (!verbose && state === 'built') continue;
    const { eventsRead, eventsInLog } = (run?.progress ?? {}) as Record<string, unknown>;
    const by = run
      ? `: run ${run.runId} on ${run.host} pid ${run.pid}, ${String(eventsRead ?? 0)} of ${String(eventsInLog ?? '?')} events`
      : '';
    line('shard', `${shard} ${shardWords[state]}${by}`);
  }
}
