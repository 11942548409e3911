/** The session's cookie. `__Host-` binds it to this host and to TLS; without TLS, on the own machine, a browser would refuse that. */
const names = { secure: '__Host-reprise-console', plain: 'reprise-console' } as const;

export type CookieName = (typeof names)[keyof typeof names];

/** @param secure whether the browser reaches the console by TLS */
export function cookieName(secure: boolean): CookieName {
  return secure ? names.secure : names.plain;
}

/**
 * The session's cookie in the header of a request, its name included; undefined where there is none that could be one. A page of a sibling
 * host can set the plain name for this host too, and not the other one, so that one comes first.
 */
export function sessionIdIn(cookie: unknown): string | undefined {
  const given = (typeof cookie === 'string' ? cookie : '').split(';').map((part) => part.trim());
  for (const name of [names.secure, names.plain]) {
    const found = given.find(
      (one) => one.startsWith(`${name}=`) && /^[\w-]{43}$/.test(one.slice(name.length + 1)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param id as `Sessions` gave it */
export function sessionCookie(id: string, secure: boolean): string {
  return `${id}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function endedCookie(secure: boolean): string {
  return `${sessionCookie(`${cookieName(secure)}=`, secure)}; Max-Age=0`;
}
