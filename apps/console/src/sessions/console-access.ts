import type { Access, Admission } from '@reprise/access';
import { roleNeeded, roleOf, rolesThatMay, permissionOf, suffices, type Judged } from './roles.ts';
import { sessionIdIn } from './cookies.ts';
import type { LoggedIn, Sessions } from './sessions.ts';

/** What stands in the place of an `Authorization` header for a request with a cookie; no caller's header can spell it. */
const cookieScheme = 'Cookie ';

interface WithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The credential of a request: its `Authorization` header, else its session's cookie. */
export function authorizationOf({ headers }: WithHeaders): string | undefined {
  const { authorization, cookie } = headers;
  if (typeof authorization === 'string')
    return authorization.startsWith(cookieScheme) ? 'malformed' : authorization;
  const id = sessionIdIn(cookie);
  return id === undefined ? undefined : `${cookieScheme}${id}`;
}

/** What somebody who is logged in may do now: a key that was revoked since, or has fewer scopes, counts at once. */
export function judgedSession(access: Access, { actor, grant }: LoggedIn): Promise<Judged> {
  if ('role' in grant) return Promise.resolve({ ok: true, actor, role: grant.role });
  return roleOf(access, grant.authorization);
}

/**
 * The access of the console: whoever `access` admits, and sessions. A wider role may do what a narrower one may.
 */
export function consoleAccess(access: Access, sessions: Sessions): Access {
  return {
    admit: async (needed, authorization): Promise<Admission> => {
      if (authorization?.startsWith(cookieScheme)) {
        if (needed === 'public') return { outcome: 'admitted', actor: undefined };
        const session = sessions.find(authorization.slice(cookieScheme.length));
        if (!session) return { outcome: 'unauthenticated', reason: 'ended-session' };
        const judged = await judgedSession(access, session);
        if (!judged.ok && judged.reason === 'unauthenticated')
          return { outcome: 'unauthenticated', reason: judged.detail };
        const role = roleNeeded(needed);
        const may = judged.ok && role !== undefined && suffices(judged.role, role);
        return { outcome: may ? 'admitted' : 'forbidden', actor: session.actor };
      }
      const role = roleNeeded(needed);
      if (role === undefined) return access.admit(needed, authorization);
      let admission: Admission = { outcome: 'unauthenticated', reason: 'no-credential' };
      for (const one of rolesThatMay(role)) {
        admission = await access.admit(permissionOf(one), authorization);
        if (admission.outcome !== 'forbidden') return admission;
      }
      return admission;
    },
  };
}
