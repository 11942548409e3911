import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { ActionForm, ActionName, ActionRequest } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { usePlace } from '../app/place.ts';
import { ActionDialog } from './action-dialog.tsx';

interface Acting {
  /** What may be asked for here; undefined until that is known. A hidden action has none. */
  readonly forms: ReadonlyMap<ActionName, ActionForm> | undefined;
  /** Opens the dialog of an action. Nothing is done before it was confirmed there. */
  readonly open: (request: ActionRequest) => void;
}

const ActingContext = createContext<Acting>({ forms: undefined, open: () => undefined });

export function ActingProvider({ children }: { readonly children: ReactNode }) {
  const { value } = useAnswer<{ forms: ActionForm[] }>(routes.actionForms);
  const [request, setRequest] = useState<ActionRequest>();
  const acting = useMemo(
    () => ({ forms: value && new Map(value.forms.map((form) => [form.action, form])), open: setRequest }),
    [value],
  );
  const form = request && acting.forms?.get(request.action);
  // It is about something on the page, which the browser's own buttons leave too.
  const place = usePlace();
  const at = `${place.parts.join('/')}?${place.query.toString()}`;
  useEffect(() => setRequest(undefined), [at]);
  return (
    <ActingContext value={acting}>
      {children}
      {request && form && (
        <ActionDialog
          key={JSON.stringify(request)}
          form={form}
          planForm={acting.forms?.get('plan')}
          initial={request}
          close={() => setRequest(undefined)}
        />
      )}
    </ActingContext>
  );
}

export function useActing(): Acting {
  return useContext(ActingContext);
}
