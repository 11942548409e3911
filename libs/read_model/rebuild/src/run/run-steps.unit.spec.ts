import { nextStep, type RunPlan, type RunStep, type StepResult } from './run-steps.ts';

const apply: RunPlan = { mode: 'APPLY', promote: true };
const passed: StepResult = { result: 'judged', passed: true };

describe('the order of a run', () => {
  it.each<[string, RunStep, StepResult, RunPlan, RunStep]>([
    [
      'preflight -> build for a new generation',
      { step: 'preflight' },
      { result: 'ready', generation: 'BUILDING' },
      apply,
      { step: 'build' },
    ],
    [
      'preflight -> build for an interrupted one',
      { step: 'preflight' },
      { result: 'ready', generation: 'INTERRUPTED' },
      apply,
      { step: 'build' },
    ],
    [
      'preflight -> gate for one that was built',
      { step: 'preflight' },
      { result: 'ready', generation: 'BUILT' },
      apply,
      { step: 'gate' },
    ],
    [
      'preflight -> promote for one that was proven',
      { step: 'preflight' },
      { result: 'ready', generation: 'VERIFIED' },
      apply,
      { step: 'promote' },
    ],
    [
      'preflight -> end for one that was proven when it is not to be promoted',
      { step: 'preflight' },
      { result: 'ready', generation: 'VERIFIED' },
      { ...apply, promote: false },
      { step: 'ended', outcome: 'built' },
    ],
    [
      'gate -> end for a generation as of a moment',
      { step: 'gate' },
      passed,
      { ...apply, untilTime: new Date(0) },
      { step: 'ended', outcome: 'built' },
    ],
    ['build -> gate', { step: 'build' }, { result: 'built' }, apply, { step: 'gate' }],
    [
      'build -> report in a dry run',
      { step: 'build' },
      { result: 'built' },
      { mode: 'DRY_RUN', promote: true },
      { step: 'report' },
    ],
    [
      'report -> end of a dry run',
      { step: 'report' },
      { result: 'reported' },
      { mode: 'DRY_RUN', promote: true },
      { step: 'ended', outcome: 'dry-run' },
    ],
    ['gate -> promote when it passed', { step: 'gate' }, passed, apply, { step: 'promote' }],
    [
      'gate -> refused when it did not',
      { step: 'gate' },
      { result: 'judged', passed: false },
      apply,
      { step: 'ended', outcome: 'refused' },
    ],
    [
      'gate -> built when promotion is not wanted',
      { step: 'gate' },
      passed,
      { mode: 'APPLY', promote: false },
      { step: 'ended', outcome: 'built' },
    ],
    [
      'promote -> promoted',
      { step: 'promote' },
      { result: 'switched' },
      apply,
      { step: 'ended', outcome: 'promoted' },
    ],
  ])('%s', (_title, from, result, plan, to) => {
    expect(nextStep(from, result, plan)).toEqual(to);
  });

  it('never reaches promotion without the gate having passed', () => {
    expect(() => nextStep({ step: 'build' }, { result: 'switched' }, apply)).toThrow('does not belong');
    expect(() => nextStep({ step: 'build' }, passed, apply)).toThrow('does not belong');
    for (const promote of [true, false])
      expect(nextStep({ step: 'gate' }, { result: 'judged', passed: false }, { ...apply, promote })).toEqual({
        step: 'ended',
        outcome: 'refused',
      });
  });
});
