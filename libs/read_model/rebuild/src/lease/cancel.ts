import type { Registry } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';

/** What came of asking a run to stop. */
export interface Cancellation {
  readonly runId: string | null;
  /** `lost`: its process is gone, so that nothing has to stop. */
  readonly outcome: 'asked' | 'lost' | 'none';
  /** For the operator: what happened, and what to do next. */
  readonly message: string;
}

/** Asks the run of a projection that is in progress, and all shards of it, to save what they have done and end. */
export async function cancelRun(
  projection: string,
  registry: Pick<Registry, 'requestCancel' | 'heldLeases'>,
): Promise<Cancellation> {
  const run = await registry.requestCancel(projection);
  if (!run) return { runId: null, outcome: 'none', message: 'no run is in progress' };
  const { runId } = run;
  const atWork = await registry.heldLeases(projection);
  const next = `it: ${commandLine.rebuild(projection)}; or go back: ${commandLine.rollback(projection)}`;
  if (!atWork.some((lease) => lease.runId === runId)) {
    const message = `run ${runId} is lost (process ${run.pid} on ${run.host} is gone), so nothing has to stop, and what it saved is kept. Resume ${next}`;
    return { runId, outcome: 'lost', message };
  }
  const asked = run.shard === null ? `run ${runId} was` : 'every running shard was';
  const message = `${asked} asked to stop; it saves what it has done and ends within seconds, and readers stay where they are. Then resume ${next}`;
  return { runId, outcome: 'asked', message };
}
