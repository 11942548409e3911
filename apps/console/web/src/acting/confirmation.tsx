import { Input, Label, TextField } from 'react-aria-components';
import type { ActionPlan } from '../../../src/contract/index.ts';

interface ConfirmationProps {
  readonly plan: ActionPlan | undefined;
  readonly value: string;
  readonly change: (value: string) => void;
}

/** Asks for the name of a production environment; not there where nothing has to be confirmed, or nothing can be done. */
export function Confirmation({ plan, value, change }: ConfirmationProps) {
  if (plan?.confirmation == null || !plan.legal) return null;
  return (
    <TextField value={value} onChange={change} className="confirmation">
      <Label>
        Type <b>{plan.confirmation}</b> to confirm
      </Label>
      <Input autoComplete="off" spellCheck="false" />
    </TextField>
  );
}

/** Whether what a plan says may be begun by somebody who typed `value`; the server decides it again. */
export function mayBegin(plan: ActionPlan | undefined, value: string): boolean {
  return plan?.legal === true && (plan.confirmation === null || value === plan.confirmation);
}
