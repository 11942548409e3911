import { sumTallies } from '../fold/slice-tally.ts';
import { nothingWritten } from '../build/write-entries.ts';
import { joinInMemory, reportDryRun } from '../dry-run/dry-run.ts';
import type { DryFold } from '../dry-run/live-diff.ts';
import type { ReadingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';
import { betweenSlices, findRemedy, foldSlices, placesOfAll, settled } from './fold-slices.ts';

/** The steps of a run that writes nothing: it folds the whole log, and reports what a real run would come to. */
export function dryRunSteps(run: ReadingRun) {
  let joined: DryFold['joined'] = new Map();
  return {
    async build(): Promise<StepResult> {
      const { unresolved } = await foldSlices(run, {
        write: () => Promise.resolve(nothingWritten),
        onSliceDone: () => Promise.resolve(),
      });
      const remedy = await findRemedy(run);
      if (unresolved.length > 0 || remedy) {
        const inMemory = await joinInMemory(run, unresolved, remedy, placesOfAll(run.tallies));
        joined = inMemory.joined;
        run.tallies.set(betweenSlices, settled(inMemory.tally, remedy));
      }
      return { result: 'built' };
    },
    async report(): Promise<StepResult> {
      const total = sumTallies(run.tallies.values());
      const { gate, report } = await reportDryRun({ ...run, total, joined }, run.stepMs['build'] ?? 0);
      run.gate = gate;
      run.dryRun = report;
      return { result: 'reported' };
    },
  };
}
