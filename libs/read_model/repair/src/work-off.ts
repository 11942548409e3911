import { setTimeout as sleep } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import { isServerFault } from './errors.ts';
import type { RepairQueue } from './repair-queue.ts';
import type { ClaimedRepairTask, RepairKey } from './repair-task.ts';
import { backoffMs, messageOf, type RepairTaskWork } from './repair-worker.ts';

export interface WorkOffInput {
  readonly queue: RepairQueue;
  readonly repair: RepairTaskWork;
  readonly projections: readonly Pick<Projection, 'name' | 'version'>[];
  readonly holder: string;
  readonly concurrency?: number;
  readonly leaseMs?: number;
}

export interface WorkOffResult {
  readonly repaired: number;
  /** Tasks this run could not do, with the reason; they stay in the queue. */
  readonly failures: readonly (RepairKey & { readonly error: string })[];
}

/** Wait for tasks that a worker holds: it ends them, or its lease does. */
const pollMs = 250;

/**
 * Takes every task of these projections once, whether it is due, waiting or abandoned, and ends when each was. Tasks that a
 * worker holds are left to it, and taken when its lease ends first. A failing task stops none of the others.
 *
 * @throws DependencyError when a server stayed out of reach: the rest stays in the queue; the signal's reason
 */
export async function workOffRepairs(input: WorkOffInput, signal: AbortSignal): Promise<WorkOffResult> {
  const { queue, projections, holder, concurrency = 4, leaseMs = 60_000 } = input;
  const notSince = await queue.now();
  const failures: (RepairKey & { error: string })[] = [];
  let repaired = 0;
  for (;;) {
    signal.throwIfAborted();
    const claimed = await queue.claim({ holder, limit: concurrency, leaseMs, projections, notSince });
    if (claimed.length === 0) {
      if (!(await queue.hasUntouched(notSince, projections))) return { repaired, failures };
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const results = await Promise.all(claimed.map((task) => attempt(input, task, signal)));
    // Only now, so that what was claimed along with it is done or put back.
    for (const result of results) if (result.outcome === 'server-fault') throw result.error;
    signal.throwIfAborted();
    for (const result of results) {
      if (result.outcome === 'repaired') repaired++;
      else if (result.outcome === 'failed') failures.push(result.failure);
    }
  }
}

type Attempt =
  | { readonly outcome: 'repaired' | 'stopped' }
  | { readonly outcome: 'failed'; readonly failure: RepairKey & { error: string } }
  | { readonly outcome: 'server-fault'; readonly error: unknown };

async function attempt(
  { queue, repair }: WorkOffInput,
  task: ClaimedRepairTask,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    await repair(task, signal);
    await queue.complete(task);
    return { outcome: 'repaired' };
  } catch (error) {
    if (signal.aborted) {
      await queue.release(task);
      return { outcome: 'stopped' };
    }
    const counts = !isServerFault(error);
    await queue.fail(task, { error: messageOf(error), counts, retryInMs: backoffMs(task.attempts) });
    if (!counts) return { outcome: 'server-fault', error };
    const { projection, projectionVersion, aggregateId } = task;
    return {
      outcome: 'failed',
      failure: { projection, projectionVersion, aggregateId, error: messageOf(error) },
    };
  }
}
