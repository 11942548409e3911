import type { GenerationState } from '@reprise/read-model-indices';
import type { RebuildMode } from '../rebuild-options.ts';
import type { RebuildOutcome } from './receipt.ts';

/** What a run is asked to do, as far as the order of its steps depends on it. */
export interface RunPlan {
  readonly mode: RebuildMode;
  readonly promote: boolean;
  /** A generation as of a moment is promoted by its name only. */
  readonly untilTime?: Date;
}

export type RunStep =
  | { readonly step: 'preflight' }
  | { readonly step: 'build' }
  | { readonly step: 'gate' }
  | { readonly step: 'promote' }
  | { readonly step: 'report' }
  | { readonly step: 'ended'; readonly outcome: RebuildOutcome };

/** How a step ended, as its effect reports. */
export type StepResult =
  | { readonly result: 'ready'; readonly generation: GenerationState | undefined }
  | { readonly result: 'built' }
  /** The run's own part is there, others' may not be. */
  | { readonly result: 'shard-built' }
  | { readonly result: 'judged'; readonly passed: boolean }
  | { readonly result: 'switched' }
  | { readonly result: 'reported' };

/**
 * The order of a run. Pure; every step may be the last one of a killed process, and a run that takes its generation over
 * enters here again with the state it finds.
 * @throws Error for a result that does not belong to the step: a fault of the program, nothing has been done then
 */
export function nextStep(current: RunStep, result: StepResult, plan: RunPlan): RunStep {
  switch (`${current.step}/${result.result}` as const) {
    case 'preflight/ready':
      return firstStep((result as Extract<StepResult, { result: 'ready' }>).generation, plan);
    case 'build/built':
      return plan.mode === 'DRY_RUN' ? { step: 'report' } : { step: 'gate' };
    case 'report/reported':
      return ended('dry-run');
    case 'preflight/shard-built':
    case 'build/shard-built':
      return ended('shard-built');
    case 'gate/judged':
      if (!(result as Extract<StepResult, { result: 'judged' }>).passed) return ended('refused');
      return afterGate(plan);
    case 'promote/switched':
      return ended('promoted');
    default:
      throw new Error(`the result "${result.result}" does not belong to the step "${current.step}"`);
  }
}

/** Where a run continues with a generation in the state it was left in; a new one is built from the beginning. */
function firstStep(generation: GenerationState | undefined, plan: RunPlan): RunStep {
  switch (generation) {
    case 'BUILT':
      return { step: 'gate' };
    // Its digest was proven at rest, and it is fed since: the gate's counts no longer describe it.
    case 'VERIFIED':
      return afterGate(plan);
    default:
      return { step: 'build' };
  }
}

function afterGate({ promote, untilTime }: RunPlan): RunStep {
  return promote && untilTime === undefined ? { step: 'promote' } : ended('built');
}

function ended(outcome: RebuildOutcome): RunStep {
  return { step: 'ended', outcome };
}
