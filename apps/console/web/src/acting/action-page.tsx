import type { ActionResult, GateCheck, RunDetail } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { CommandLine } from '../parts/copy.tsx';
import { Fact, Facts, Moment, Shown } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed, Notice } from '../parts/notice.tsx';
import { Approval } from './approval.tsx';
import { Gate } from '../runs/gate.tsx';
import { Progress, RateChart } from '../runs/progress.tsx';
import { Receipt } from '../runs/receipt.tsx';
import { actionTitle, actionTone } from '../words/verdicts.ts';

/** An action that somebody asked for: followed while it runs, with its receipt afterwards. */
export function ActionPage({ id }: { readonly id: string }) {
  const live = useLive().actions.get(id);
  const fetched = useAnswer<ActionResult>(routes.action(id), 10_000);
  const action = newer(live, fetched.value);
  if (!action)
    return (
      <>
        <h1>Action {id}</h1>
        {fetched.problem ? (
          <Failed what="The action" problem={fetched.problem} />
        ) : (
          <p role="status">Reading it …</p>
        )}
      </>
    );
  const { request, state, commandLine, message, runIds, notices, output } = action;
  return (
    <>
      <h1>
        {actionTitle(request.action)} {request.projection}{' '}
        <Mark tone={actionTone(state)}>{state.replaceAll('-', ' ')}</Mark>
      </h1>
      {message !== null && (
        <Notice tone={actionTone(state)} title={message} alert={state === 'failed' || state === 'lost'} />
      )}
      {state === 'awaiting-approval' && <Approval action={action} onDone={fetched.reload} />}
      <Facts>
        <Fact name="command line">
          <CommandLine>{commandLine}</CommandLine>
        </Fact>
        <Fact name="asked for">
          <span>
            <Moment at={action.requestedAt} aged /> by {action.requestedBy}
          </span>
        </Fact>
        {action.approvedAt !== null && (
          <Fact name="approved">
            <span>
              <Moment at={action.approvedAt} aged /> by {action.approvedBy}
            </span>
          </Fact>
        )}
        <Fact name="runs as">
          {action.job ?? 'nothing yet'}
          {action.startedAt !== null && (
            <span>
              since <Moment at={action.startedAt} aged />
            </span>
          )}
        </Fact>
        <Fact name="ended">
          {action.endedAt === null ? (
            'not yet'
          ) : (
            <span>
              <Moment at={action.endedAt} aged />, exit code{' '}
              {action.exitCode ?? 'unknown: its process left none'}
            </span>
          )}
        </Fact>
        <Fact name="run">
          {runIds.map((runId) => (
            <a key={runId} href={address(['runs', runId])}>
              {runId}
            </a>
          ))}
          {runIds.length === 0 &&
            (state === 'running' && request.action === 'rebuild' ? 'its job has named none yet' : 'none')}
        </Fact>
      </Facts>
      {request.action === 'plan' && <PlannedGate output={output} projection={request.projection ?? ''} />}
      {action.runId !== null && <RunOfAction key={`${action.endedAt}`} runId={action.runId} />}
      <h2>Notices</h2>
      {notices.length === 0 ? (
        <p className="quiet">It said nothing{action.endedAt === null && ' yet'}.</p>
      ) : (
        <pre className="json" tabIndex={0} role="region" aria-label="Notices">
          {notices.join('\n')}
        </pre>
      )}
      {output != null && (
        <details open={action.runId === null}>
          <summary>What it printed</summary>
          <Json name="Output" value={output} />
        </details>
      )}
    </>
  );
}

/** Of what was fetched and what arrived, that which is further on. */
function newer(live: ActionResult | undefined, fetched: ActionResult | undefined): ActionResult | undefined {
  if (!live || !fetched) return live ?? fetched;
  return fetched.endedAt !== null && live.endedAt === null ? fetched : live;
}

/** The checks whose outcome a plan knows beforehand. */
function PlannedGate({ output, projection }: { readonly output: unknown; readonly projection: string }) {
  const { gate } = (output ?? {}) as { readonly gate?: readonly GateCheck[] };
  return Array.isArray(gate) && gate.length > 0 ? (
    <Gate checks={gate} first={[]} projection={projection} />
  ) : null;
}

function RunOfAction({ runId }: { readonly runId: string }) {
  const live = useLive().runs.get(runId);
  const { value } = useAnswer<RunDetail>(routes.run(runId), 5_000);
  const run = value && live ? { ...value, ...live } : value;
  if (!run) return null;
  return (
    <section aria-label="Run">
      {run.run.endedAt === null && (
        <Shown of={run.progress}>{(progress) => <Progress progress={progress} />}</Shown>
      )}
      <RateChart rates={run.rates} />
      {run.receipt !== null && <Receipt receipt={run.receipt} projection={run.run.projection} ended />}
    </section>
  );
}
