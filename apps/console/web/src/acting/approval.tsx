import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ActionResult } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask } from '../api/client.ts';
import { mayAct, useUser } from '../app/session.tsx';
import { Moment } from '../parts/facts.tsx';
import { Notice } from '../parts/notice.tsx';
import { Confirmation, mayBegin } from './confirmation.tsx';
import { PlanOrWhyNot } from './plan-view.tsx';
import { usePreview } from './use-preview.ts';

interface ApprovalProps {
  readonly action: ActionResult;
  readonly onDone: () => void;
}

/** Says for whom an action waits, and lets a second person decide: by what it would do now, which may be another thing than when it was asked for. */
export function Approval({ action, onDone }: ApprovalProps) {
  const { user, session } = useUser();
  const { expiresAt, requestedBy } = action;
  const own = user.actor === requestedBy;
  return (
    <>
      <Notice tone="warn" title="It waits for a second person.">
        {expiresAt !== null && (
          <>
            It expires at <Moment at={expiresAt} aged />.{' '}
          </>
        )}
        {own && 'You asked for it, so somebody else has to approve it. '}
      </Notice>
      {!session.readOnly && mayAct(user.role, 'operator') && (
        <Decision action={action} own={own} onDone={onDone} />
      )}
    </>
  );
}

function Decision({ action, own, onDone }: ApprovalProps & { readonly own: boolean }) {
  const { user, session } = useUser();
  const { plan, planProblem, askAgain } = usePreview(action.request, 10_000);
  const [confirmation, setConfirmation] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const decide = (approve: boolean): void => {
    setBusy(true);
    setProblem(undefined);
    ask<ActionResult>(routes.approval(action.id), {
      ...{ method: 'POST', csrfToken: user.csrfToken },
      body: { approve, ...(approve && { confirmation }) },
    }).then(onDone, (error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
      askAgain();
    });
  };
  return (
    <section aria-labelledby="if-approved">
      <h2 id="if-approved">If it is approved now</h2>
      <PlanOrWhyNot plan={plan} problem={planProblem} asked />
      {!own && <Confirmation plan={plan} value={confirmation} change={setConfirmation} />}
      {problem !== undefined && (
        <Notice tone="bad" title="It was not decided." alert>
          {problem}
        </Notice>
      )}
      <p className="line-of-actions">
        {!own && (
          <Button
            className="button danger"
            isDisabled={busy || !mayBegin(plan, confirmation)}
            onPress={() => decide(true)}
          >
            Approve in {session.environment.name}
          </Button>
        )}
        <Button className="button" isDisabled={busy} onPress={() => decide(false)}>
          Reject
        </Button>
      </p>
    </section>
  );
}
