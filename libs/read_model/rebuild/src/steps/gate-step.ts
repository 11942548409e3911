import { sumTallies } from '../fold/slice-tally.ts';
import { gatePassed } from '../gate/gate.ts';
import { judgeGeneration, readRowsOf } from '../gate/judge-generation.ts';
import { savedPicture } from '../run/heartbeat.ts';
import type { WritingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';

/**
 * Compares what the fold expects with what the store holds while nobody feeds the generation. Passed, it becomes VERIFIED
 * with its digest; refused, it stays BUILT, unread and inspectable.
 */
export async function gate(run: WritingRun): Promise<StepResult> {
  const { servers, options, source, signal, generation, fence, liveBefore } = run;
  const expected = sumTallies(run.tallies.values());
  const questions = {
    limits: options.gate,
    deep: options.deep ?? false,
    canaries: options.canaries ?? [],
  };
  const rows = source.kind === 'event-store' ? readRowsOf(source, expected) : undefined;
  // As of an earlier moment there were fewer documents; what readers would lose is asked when it is promoted by its name.
  const mayShrink = options.untilTime !== undefined;
  const input = { expected, rows, liveBefore, mayShrink };
  const judged = await judgeGeneration(servers, generation, input, questions, signal);
  run.gate = judged.checks;
  run.digest = judged.digest;
  const passed = gatePassed(run.gate);
  if (passed) {
    // Before anything else: a run that continues with the generation after a kill must show what proved it.
    await servers.registry.saveProgress(run.runId, { progress: savedPicture(run) }, fence);
    await servers.registry.moveGeneration(generation.uuid, ['BUILT'], 'VERIFIED', {
      fence,
      digest: run.digest,
    });
  }
  return { result: 'judged', passed };
}
