import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../contract/index.ts';
import type { CookieName } from './cookies.ts';

/** Somebody who logged in. */
export interface LoggedIn {
  readonly actor: string;
  readonly name: string;
  readonly csrfToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** What gives the role: a credential that is judged again at each request, or the role a provider gave for as long as it lasts. */
  readonly grant: { readonly authorization: string } | { readonly role: Role };
}

/** More sessions than that are nobody's: the oldest ends. */
const mostSessions = 10_000;

/**
 * Who is logged in, in this process: a restart ends all sessions. A session is found by a random id, of which only the hash is kept, so
 * that a dump of the memory holds nobody's cookie. The id has the name of its cookie in it: under another name it is nobody's, since that
 * one may come from a page of another host.
 */
export class Sessions {
  readonly #byHash = new Map<string, LoggedIn>();
  readonly #lifeMs: number;
  readonly #cookie: CookieName;
  readonly #now: () => number;

  constructor(lifeMs: number, cookie: CookieName, now: () => number = Date.now) {
    this.#lifeMs = lifeMs;
    this.#cookie = cookie;
    this.#now = now;
  }

  /** @returns the cookie, name and value; nothing else ever shows it */
  begin(who: Pick<LoggedIn, 'actor' | 'name' | 'grant'>, lifeMs = this.#lifeMs): string {
    const id = `${this.#cookie}=${randomBytes(32).toString('base64url')}`;
    for (const [hash, { expiresAt }] of this.#byHash) if (expiresAt <= this.#now()) this.#byHash.delete(hash);
    const [oldest] = this.#byHash.keys();
    if (this.#byHash.size >= mostSessions && oldest !== undefined) this.#byHash.delete(oldest);
    this.#byHash.set(hashOf(id), {
      ...who,
      csrfToken: randomBytes(24).toString('base64url'),
      expiresAt: this.#now() + Math.min(lifeMs, this.#lifeMs),
    });
    return id;
  }

  find(id: string | undefined): LoggedIn | undefined {
    if (id === undefined) return undefined;
    const session = this.#byHash.get(hashOf(id));
    return session && session.expiresAt > this.#now() ? session : undefined;
  }

  end(id: string | undefined): void {
    if (id !== undefined) this.#byHash.delete(hashOf(id));
  }
}

/** Compares in a time that says nothing about where they differ. */
export function isSameToken(one: string, other: string): boolean {
  const [left, right] = [createHash('sha256').update(one), createHash('sha256').update(other)];
  return timingSafeEqual(left.digest(), right.digest());
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
