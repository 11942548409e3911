import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import type { Role, Session } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask, onRefused, Problem } from '../api/client.ts';

type User = NonNullable<Session['user']>;

export interface SessionUse {
  readonly session: Session | undefined;
  /** Why the session is not known. */
  readonly problem: string | undefined;
  /** Whether somebody was logged in before. */
  readonly expired: boolean;
  /** Asks the server again who uses the pages and what they may do, which shows at once. @throws Problem where it does not answer */
  readonly look: () => Promise<Session>;
  readonly logIn: (apiKey: string) => Promise<void>;
  readonly logOut: () => Promise<void>;
}

const SessionContext = createContext<SessionUse | undefined>(undefined);
const retryMs = 2_000;

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<string>();
  const [expired, setExpired] = useState(false);

  useEffect(() => {
    if (session) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const load = (): void => {
      ask<Session>(routes.session, { signal: stop.signal }).then(
        (loaded) => {
          setProblem(undefined);
          setSession(loaded);
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          setProblem(error instanceof Problem ? error.message : String(error));
          timer = setTimeout(load, retryMs);
        },
      );
    };
    load();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [session]);

  // Whoever logs in or out meanwhile is who counts, not what was asked before.
  const turn = useRef(0);
  const look = useCallback(async () => {
    turn.current += 1;
    const own = turn.current;
    const seen = await ask<Session>(routes.session);
    if (own !== turn.current) return seen;
    setExpired(seen.user === null);
    setSession((before) => (JSON.stringify(before) === JSON.stringify(seen) ? before : seen));
    return seen;
  }, []);
  // What cannot be asked now is asked when the stream begins again.
  useEffect(() => onRefused(() => void look().catch(() => undefined)), [look]);
  const logIn = useCallback(async (apiKey: string) => {
    const begun = await ask<Session>(routes.session, { method: 'POST', body: { apiKey } });
    turn.current += 1;
    setSession(begun);
    setExpired(false);
  }, []);
  const csrfToken = session?.user?.csrfToken;
  const logOut = useCallback(async () => {
    await ask<void>(routes.session, { method: 'DELETE', ...(csrfToken && { csrfToken }) });
    turn.current += 1;
    setSession((before) => before && { ...before, user: null });
  }, [csrfToken]);

  const use = useMemo(
    () => ({ session, problem, expired, look, logIn, logOut }),
    [session, problem, expired, look, logIn, logOut],
  );
  return <SessionContext value={use}>{children}</SessionContext>;
}

export function useSession(): SessionUse {
  const use = useContext(SessionContext);
  if (!use) throw new Error('This part of the pages stands outside of the session.');
  return use;
}

/** Who uses the pages, where somebody does: below the login. */
export function useUser(): { readonly session: Session; readonly user: User } {
  const { session } = useSession();
  if (!session?.user) throw new Error('This part of the pages is for somebody who is logged in.');
  return { session, user: session.user };
}

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Whether somebody with `role` may do what needs `needed`; the server decides it again. */
export function mayAct(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
