import { setTimeout as sleep } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import { isServerFault } from './errors.ts';
import type { RepairedDocument } from './repair-aggregate.ts';
import type { RepairQueue } from './repair-queue.ts';
import type { ClaimedRepairTask, RepairState } from './repair-task.ts';

/** Repairs what a task is about. */
export type RepairTaskWork = (task: ClaimedRepairTask, signal: AbortSignal) => Promise<RepairedDocument[]>;

export interface RepairWorkerOptions {
  readonly queue: RepairQueue;
  readonly repair: RepairTaskWork;
  /** Projections this process has the code of. */
  readonly projections: readonly Pick<Projection, 'name' | 'version'>[];
  /** Who this is, for people who look at the queue. */
  readonly holder: string;
  /** Tasks worked on at once. Default 4. */
  readonly concurrency?: number;
  /** Most tasks begun in a second. Default 50. */
  readonly tasksPerSecond?: number;
  /** How long a task is held at most; an attempt ends a little earlier. Default 60,000. */
  readonly leaseMs?: number;
  /** Wait between two looks at an empty queue. Default 1,000. */
  readonly pollMs?: number;
  readonly onRepaired?: (task: ClaimedRepairTask, documents: readonly RepairedDocument[]) => void;
  /** Called for every failed attempt; FAILED when it was the last. */
  readonly onFailed?: (task: ClaimedRepairTask, error: unknown, state: RepairState | undefined) => void;
  /** Called when the queue itself failed; the worker retries. */
  readonly onFault?: (error: unknown) => void;
}

const firstDelayMs = 1_000;
const longestDelayMs = 300_000;
/** Between two looks for tasks that nobody can do any more. */
const sweepMs = 60_000;

/** Wait before the next attempt, after `attempts` of them: doubled each time, with jitter, so that tasks spread. */
export function backoffMs(attempts: number, random = Math.random()): number {
  const bound = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 20));
  return bound / 2 + random * (bound / 2);
}

/**
 * Drains the queue until the signal aborts, a few tasks at a time and no faster than allowed. Each task stands alone: one
 * that fails or hangs holds up none of the others. Tasks in progress when the signal aborts are put back untouched.
 */
export async function runRepairWorker(options: RepairWorkerOptions, signal: AbortSignal): Promise<void> {
  const { queue, projections, holder, concurrency = 4, tasksPerSecond = 50 } = options;
  const { leaseMs = 60_000, pollMs = 1_000 } = options;
  const busy = new Set<Promise<void>>();
  let faults = 0;
  let sweepAt = performance.now() + sweepMs;
  while (!signal.aborted) {
    const free = concurrency - busy.size;
    if (free === 0) {
      await Promise.race(busy);
      continue;
    }
    const begun = performance.now();
    let claimed: ClaimedRepairTask[];
    try {
      if (begun >= sweepAt) {
        sweepAt = begun + sweepMs;
        await queue.dropObsolete();
      }
      claimed = await queue.claim({ holder, limit: free, leaseMs, projections });
      faults = 0;
    } catch (error) {
      options.onFault?.(error);
      await pause(backoffMs(++faults), signal);
      continue;
    }
    for (const task of claimed) {
      const working = attemptTask(options, task, signal, leaseMs).finally(() => busy.delete(working));
      busy.add(working);
    }
    const pacedMs = (1_000 * claimed.length) / tasksPerSecond - (performance.now() - begun);
    await pause(claimed.length === 0 ? pollMs : pacedMs, signal);
  }
  await Promise.all(busy);
}

/** One attempt, with its result written to the queue. Never rejects: a fault of the queue leaves the task to its lease's end. */
async function attemptTask(
  options: RepairWorkerOptions,
  task: ClaimedRepairTask,
  stopping: AbortSignal,
  leaseMs: number,
): Promise<void> {
  const { queue, repair } = options;
  const ended = AbortSignal.timeout(leaseMs * 0.8);
  try {
    // Claimed while the worker was stopping: a past abort does not wake a listener that is added now.
    if (stopping.aborted) return await queue.release(task);
    let documents: RepairedDocument[];
    try {
      documents = await repair(task, AbortSignal.any([stopping, ended]));
    } catch (error) {
      if (stopping.aborted) return await queue.release(task);
      const counts = !isServerFault(error) && !ended.aborted;
      const state = await queue.fail(task, {
        error: messageOf(error),
        counts,
        retryInMs: backoffMs(task.attempts),
      });
      options.onFailed?.(task, error, state);
      return;
    }
    await queue.complete(task);
    options.onRepaired?.(task, documents);
  } catch (error) {
    options.onFault?.(error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
