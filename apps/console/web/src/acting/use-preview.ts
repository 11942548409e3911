import { useCallback, useEffect, useState } from 'react';
import type { ActionPlan, ActionRequest } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask } from '../api/client.ts';
import { useEvery } from '../api/use-every.ts';
import { useUser } from '../app/session.tsx';

export interface Preview {
  /** What it would do, as it was last said; undefined until that is known, and where it cannot be known. */
  readonly plan: ActionPlan | undefined;
  readonly planProblem: string | undefined;
  readonly askAgain: () => void;
}

/** Typing settles before the server is asked what it would come to. */
const settleMs = 250;

/**
 * What a request would come to now.
 * @param every milliseconds after which it is asked again, while the page is seen; what was said before stays until the answer
 */
export function usePreview(request: ActionRequest, every?: number): Preview {
  const { csrfToken } = useUser().user;
  const [held, setHeld] = useState<{ asked: string; plan?: ActionPlan; problem?: string }>();
  const [turn, setTurn] = useState(0);
  const asked = JSON.stringify(request);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask<ActionPlan>(routes.actionPreview, {
        ...{ method: 'POST', csrfToken, signal: stop.signal },
        body: JSON.parse(asked) as ActionRequest,
      }).then(
        (plan) => setHeld({ asked, plan }),
        (error: unknown) => {
          if (!stop.signal.aborted)
            setHeld({ asked, problem: error instanceof Error ? error.message : String(error) });
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, csrfToken, turn]);

  const askAgain = useCallback(() => setTurn((before) => before + 1), []);
  useEvery(every, askAgain);

  const current = held?.asked === asked ? held : undefined;
  return { plan: current?.plan, planProblem: current?.problem, askAgain };
}
