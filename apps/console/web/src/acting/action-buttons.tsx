import { useId } from 'react';
import { Button } from 'react-aria-components';
import type { ActionForm, ActionName, ActionRequest, LegalAction } from '../../../src/contract/index.ts';
import { mayAct, useUser } from '../app/session.tsx';
import { actionTitle } from '../words/verdicts.ts';
import { useActing } from './acting.tsx';

export interface ActionButtonProps {
  readonly action: ActionName;
  readonly projection?: string;
  readonly options?: ActionRequest['options'];
  readonly label?: string;
  readonly disabled?: boolean;
}

/** Opens an action's dialog; not there where the action is hidden or the console is read-only. */
export function ActionButton({
  action,
  projection,
  options = {},
  label,
  disabled = false,
}: ActionButtonProps) {
  const { forms, open } = useActing();
  const { session, user } = useUser();
  const form = forms?.get(action);
  if (!form || session.readOnly || !mayAct(user.role, form.role)) return null;
  return (
    <Button
      className="button small"
      isDisabled={disabled}
      onPress={() => open({ action, projection: projection ?? null, options })}
    >
      {label ?? actionTitle(action)}
    </Button>
  );
}

interface ActionButtonsProps {
  readonly projection: string;
  readonly actions: readonly LegalAction[];
}

/** What can be done with a read model now. What cannot be done stays in sight, with the reason. */
export function ActionButtons({ projection, actions }: ActionButtonsProps) {
  const { forms, open } = useActing();
  const { session, user } = useUser();
  if (session.readOnly)
    return <p className="quiet actions">This console is read-only; use the command line to act.</p>;
  const shown = actions.filter(({ action }) => forms?.has(action));
  const legal = shown.filter((one) => one.legal && mayAct(user.role, one.role));
  const others = shown.filter((one) => !legal.includes(one));
  const several = (name: ActionName): boolean => legal.filter(({ action }) => action === name).length > 1;
  return (
    <footer className="actions">
      <div role="group" aria-label={`Actions on ${projection}`} className="line-of-actions">
        {legal.map(({ action, why, generation }) => (
          <Described key={`${action} ${generation}`} sentence={why}>
            {(id) => (
              <Button
                className="button small"
                aria-describedby={id}
                onPress={() =>
                  open({ action, projection, options: optionsOf(forms?.get(action), generation) })
                }
              >
                {actionTitle(action)}
                {several(action) && generation !== null && ` ${generation.replace(`${projection}_`, '')}`}
              </Button>
            )}
          </Described>
        ))}
      </div>
      {others.length > 0 && (
        <details>
          <summary>{others.length} not possible now</summary>
          <ul className="plain">
            {others.map(({ action, why, role, generation, legal: isLegal }) => (
              <li key={`${action} ${generation}`}>
                <b>{actionTitle(action)}</b>:{' '}
                {isLegal ? `needs the role ${role}; you have ${user.role}` : why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </footer>
  );
}

/** The generation that an action is about, where it has to be named: a rollback goes to the one that readers used before. */
function optionsOf(form: ActionForm | undefined, generation: string | null): ActionRequest['options'] {
  const takesIt = form?.options.some(({ name }) => name === 'generation') === true;
  return takesIt && generation !== null ? { generation } : {};
}

/** A sentence for screen readers and the pointer, about one button. */
function Described({
  sentence,
  children,
}: {
  readonly sentence: string;
  readonly children: (id: string) => React.ReactNode;
}) {
  const id = useId();
  return (
    <span title={sentence}>
      {children(id)}
      <span id={id} hidden>
        {sentence}
      </span>
    </span>
  );
}
