/** The session's cookie. `__Host-` binds it to this host and to TLS; without TLS, on the own machine, a browser would refuse that. */
const names = { secure: '__Host-reprise-console', plain: 'reprise-console' } as const;

/** The id in the cookie of a request; undefined where there is none that could be one. */
export function sessionIdIn(cookie: string | undefined): string | undefined {
  for (const part of (cookie ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if ((name === names.secure || name === names.plain) && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/** @param secure whether the browser reaches the console by TLS */
export function sessionCookie(id: string, secure: boolean): string {
  return `${secure ? names.secure : names.plain}=${id}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function endedCookie(secure: boolean): string {
  return `${sessionCookie('', secure)}; Max-Age=0`;
}
