import type { ActionPlan } from '../../../src/contract/index.ts';
import { CommandLine } from '../parts/copy.tsx';
import { Notice } from '../parts/notice.tsx';
import { counted } from '../words/format.ts';

interface PlanOrWhyNotProps {
  /** Undefined until it is known, and where it cannot be. */
  readonly plan: ActionPlan | undefined;
  readonly problem: string | undefined;
  /** It was asked for already: the page says for whom it waits, and its command line. */
  readonly asked?: boolean;
}

/** What an action would do, in sentences, or why that is not known. */
export function PlanOrWhyNot({ plan, problem, asked = false }: PlanOrWhyNotProps) {
  if (problem !== undefined)
    return (
      <Notice tone="bad" title="What it would do is unknown." alert>
        {problem}
      </Notice>
    );
  return plan ? <PlanView plan={plan} asked={asked} /> : <p role="status">Asking what it would do …</p>;
}

function PlanView({ plan, asked }: { readonly plan: ActionPlan; readonly asked: boolean }) {
  const { willDo, atStake, warnings, touches, refusal, commandLine, needsApproval } = plan;
  return (
    <>
      {refusal !== null && (
        <Notice tone="bad" title="It cannot be done now." alert>
          {refusal}
        </Notice>
      )}
      <h3>What it does</h3>
      <ol className="sentences">
        {willDo.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
      {touches && (
        <p className="touches">
          It touches{' '}
          <b>
            {touches.atLeast && 'at least '}
            {counted(touches.letters, 'dead letter')}
          </b>{' '}
          of {counted(touches.aggregates, 'aggregate')}.
        </p>
      )}
      {atStake.length > 0 && (
        <>
          <h3>What is at stake</h3>
          <ul className="sentences">
            {atStake.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
      {warnings.map((warning) => (
        <Notice key={warning} tone="warn" title={warning} />
      ))}
      {needsApproval && !asked && (
        <Notice tone="warn" title="A second person has to approve it.">
          It starts once they have, and expires if nobody does.
        </Notice>
      )}
      {!asked && (
        <>
          <h3>The same on the command line</h3>
          <CommandLine>{commandLine}</CommandLine>
        </>
      )}
    </>
  );
}
