import type { ActionPlan } from '../../../src/contract/index.ts';
import { CommandLine } from '../parts/copy.tsx';
import { Notice } from '../parts/notice.tsx';
import { counted } from '../words/format.ts';

/** What an action would do, in sentences. */
export function PlanView({ plan }: { readonly plan: ActionPlan }) {
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
      {needsApproval && (
        <Notice tone="warn" title="A second person has to approve it.">
          It starts when they did, and expires if nobody does.
        </Notice>
      )}
      <h3>The same on the command line</h3>
      <CommandLine>{commandLine}</CommandLine>
    </>
  );
}
