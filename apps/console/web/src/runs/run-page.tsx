import type { RunDetail } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ActionButton } from '../acting/action-buttons.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Age, Fact, Facts, Moment, Shown } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { modeWord, runTone } from '../words/verdicts.ts';
import { Gate } from './gate.tsx';
import { Partitions } from './partitions.tsx';
import { Progress, RateChart } from './progress.tsx';
import { Receipt } from './receipt.tsx';
import { took } from './runs-page.tsx';

/** One run: where it is, or what came of it. */
export function RunPage({ runId }: { readonly runId: string }) {
  const { runs, actions } = useLive();
  const live = runs.get(runId);
  const fetched = useAnswer<RunDetail>(
    routes.run(runId),
    live && live.run.endedAt === null ? undefined : 10_000,
  );
  const detail = fetched.value && live ? { ...fetched.value, ...live } : (fetched.value ?? undefined);
  if (!detail)
    return (
      <>
        <h1>Run {runId}</h1>
        {fetched.problem ? (
          <Failed what="The run" problem={fetched.problem} />
        ) : (
          <p role="status">Reading the run …</p>
        )}
      </>
    );
  const { run, progress, partitions, rates, gate, notices } = detail;
  // Its job may have named the run after the page was fetched.
  const action = detail.action ?? [...actions.values()].find(({ runIds }) => runIds.includes(runId));
  return (
    <>
      <h1>
        Run of {run.projection} <Mark tone={runTone(run.state)}>{run.state.toLowerCase()}</Mark>
      </h1>
      {fetched.problem && <Failed what="What is new of it" problem={fetched.problem} />}
      <Facts>
        <Fact name="run">
          <code>{run.runId}</code>
          <span className="quiet">
            {modeWord(run.mode)} from {run.source}
            {run.shard !== null && `, part ${run.shard}`}
          </span>
        </Fact>
        <Fact name="started">
          <span>
            <Moment at={run.startedAt} aged /> by {run.startedBy.user}@{run.startedBy.host}, pid{' '}
            {run.startedBy.pid}
          </span>
          {action && <a href={address(['actions', action.id])}>asked for here by {action.requestedBy}</a>}
        </Fact>
        <Fact name="ended">
          {run.endedAt === null ? (
            'not yet'
          ) : (
            <span>
              <Moment at={run.endedAt} aged />, after {took(run)}, exit code{' '}
              {run.exitCode ?? 'unknown: its process left none'}
            </span>
          )}
        </Fact>
        <Fact name="outcome">
          {run.outcome ??
            (run.state === 'LOST'
              ? 'none: its process is gone; the next run takes over what it built'
              : 'none yet')}
        </Fact>
        <Fact name="generation">
          {run.generation === null ? (
            'none'
          ) : (
            <a href={address(['generations', run.projection])}>{run.generation}</a>
          )}
        </Fact>
        {run.endedAt === null && (
          <Fact name="progress">
            <Shown of={progress}>{(shown) => <Progress progress={shown} />}</Shown>
            {run.cancelRequestedAt !== null && (
              <Mark tone="warn">
                cancel requested <Age at={run.cancelRequestedAt} />
              </Mark>
            )}
          </Fact>
        )}
      </Facts>
      {run.endedAt === null && <ActionButton action="cancel" projection={run.projection} />}
      <section aria-labelledby="rate">
        <h2 id="rate">Rate</h2>
        <RateChart rates={rates} height={180} />
      </section>
      <Gate checks={gate} first={detail.firstDifferences} projection={run.projection} />
      <Partitions partitions={partitions} />
      <section aria-labelledby="notices">
        <h2 id="notices">Notices</h2>
        <Shown of={notices}>
          {(lines) =>
            lines.length === 0 ? (
              <p className="quiet">It said nothing.</p>
            ) : (
              <pre className="json" tabIndex={0} role="region" aria-label="Notices">
                {lines.join('\n')}
              </pre>
            )
          }
        </Shown>
      </section>
      <Receipt receipt={detail.receipt} projection={run.projection} ended={run.endedAt !== null} />
    </>
  );
}
