import { useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { ActionForm, ActionRequest, ActionResult } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask } from '../api/client.ts';
import { address, go } from '../app/place.ts';
import { useUser } from '../app/session.tsx';
import { Notice } from '../parts/notice.tsx';
import { actionTitle } from '../words/verdicts.ts';
import { OptionFields } from './option-fields.tsx';
import { Confirmation, mayBegin } from './confirmation.tsx';
import { PlanOrWhyNot } from './plan-view.tsx';
import { usePreview } from './use-preview.ts';

interface ActionDialogProps {
  readonly form: ActionForm;
  /** Of a plan, where one is offered. */
  readonly planForm: ActionForm | undefined;
  readonly initial: ActionRequest;
  readonly close: () => void;
}

/** Shows what an action would do, with its command line and what is at stake, and does it when that was confirmed. */
export function ActionDialog({ form, planForm, initial, close }: ActionDialogProps) {
  const { session, user } = useUser();
  const [options, setOptions] = useState(initial.options);
  const [confirmation, setConfirmation] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const projection = form.needsProjection ? initial.projection : null;
  const request: ActionRequest = { action: form.action, projection, options };
  const { plan, planProblem } = usePreview(request);
  // With what keeps it to what is shown: letters that arrive while somebody reads this are not touched.
  const shown = plan?.request ?? request;
  const title = `${actionTitle(form.action)}${initial.projection === null ? '' : ` ${initial.projection}`}`;
  const { environment } = session;

  const start = (asked: ActionRequest, confirmed?: string): void => {
    setBusy(true);
    setProblem(undefined);
    ask<ActionResult>(routes.actions, {
      method: 'POST',
      body: { ...asked, ...(confirmed !== undefined && { confirmation: confirmed }) },
      csrfToken: user.csrfToken,
    }).then(
      ({ id }) => {
        close();
        go(address(['actions', id]));
      },
      (error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error));
        setBusy(false);
      },
    );
  };

  const dry = dryRunOf(form, shown, planForm);
  return (
    <ModalOverlay className="veil" isOpen onOpenChange={(open) => !open && close()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <p className={environment.production ? 'environment production' : 'environment'}>
            {environment.production && <b>production: </b>}
            {environment.name}
          </p>
          <Heading slot="title">{title}</Heading>
          <p>{form.description}</p>
          <OptionFields form={form} options={options} change={setOptions} />
          <PlanOrWhyNot plan={plan} problem={planProblem} />
          <Confirmation plan={plan} value={confirmation} change={setConfirmation} />
          {problem !== undefined && (
            <Notice tone="bad" title="It was not started." alert>
              {problem}
            </Notice>
          )}
          <p className="line-of-actions end">
            <Button className="button" onPress={close}>
              Close
            </Button>
            {dry && (
              <Button className="button" isDisabled={busy || !plan} onPress={() => start(dry)}>
                {dry.action === 'plan' ? 'Plan first: changes nothing' : 'Dry run first: changes nothing'}
              </Button>
            )}
            <Button
              className={form.changes ? 'button danger' : 'button action'}
              isDisabled={busy || !mayBegin(plan, confirmation)}
              onPress={() => start(shown, plan?.confirmation ?? undefined)}
            >
              {plan?.needsApproval ? `Ask for a second person: ${title}` : `${title} in ${environment.name}`}
            </Button>
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The same thing without changing anything, where there is one; of a rebuild a plan, by those of its options that a plan takes. */
function dryRunOf(
  form: ActionForm,
  request: ActionRequest,
  plan: ActionForm | undefined,
): ActionRequest | undefined {
  if (request.action === 'rebuild') {
    if (!plan) return undefined;
    const taken = Object.entries(request.options).filter(([name]) =>
      plan.options.some((option) => option.name === name),
    );
    return { ...request, action: 'plan', options: Object.fromEntries(taken) };
  }
  const flag = form.options.find(({ name, kind }) => name === 'dryRun' && kind === 'flag');
  return flag && request.options['dryRun'] !== true
    ? { ...request, options: { ...request.options, dryRun: true } }
    : undefined;
}
