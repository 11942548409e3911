import type { ReadModelCard } from '../../../src/contract/index.ts';
import { address } from '../app/place.ts';
import { Age, Shown } from '../parts/facts.tsx';
import { RateChart, Progress } from '../runs/progress.tsx';
import { modeWord } from '../words/verdicts.ts';

type RunningView = NonNullable<ReadModelCard['running']>;

/** The run that works on a read model now. */
export function Running({ run, progress, rates }: RunningView) {
  return (
    <>
      <span>
        <a href={address(['runs', run.runId])}>{modeWord(run.mode)}</a> by {run.startedBy.user}@
        {run.startedBy.host} (pid {run.startedBy.pid}), started <Age at={run.startedAt} />
        {run.cancelRequestedAt !== null && ', cancel requested'}
      </span>
      <Shown of={progress}>{(shown) => <Progress progress={shown} />}</Shown>
      <RateChart rates={rates} height={72} />
    </>
  );
}
