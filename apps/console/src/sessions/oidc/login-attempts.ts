import { createHash, randomBytes } from 'node:crypto';

/** A login that somebody began and the provider has not answered yet. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Where to go afterwards: a path of the pages. */
  readonly to: string;
}

const lifeMs = 10 * 60_000;
/** More than that are nobody's: the oldest is forgotten. */
const mostAttempts = 10_000;

/** The logins under way in this process, each for the browser that began it, and each once. */
export class LoginAttempts {
  readonly #byHash = new Map<string, LoginAttempt & { readonly expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @returns the id for the browser's cookie */
  begin(attempt: LoginAttempt): string {
    const id = randomBytes(32).toString('base64url');
    this.#dropExpired();
    const [oldest] = this.#byHash.keys();
    if (this.#byHash.size >= mostAttempts && oldest !== undefined) this.#byHash.delete(oldest);
    this.#byHash.set(hashOf(id), { ...attempt, expiresAt: this.#now() + lifeMs });
    return id;
  }

  /** All last as long, so that the oldest stand first. */
  #dropExpired(): void {
    const now = this.#now();
    for (const [hash, { expiresAt }] of this.#byHash) {
      if (expiresAt > now) return;
      this.#byHash.delete(hash);
    }
  }

  /** How many are kept. */
  get size(): number {
    return this.#byHash.size;
  }

  /** Takes the attempt of a browser; it is not there for a second answer. */
  take(id: string | undefined): LoginAttempt | undefined {
    if (id === undefined) return undefined;
    const found = this.#byHash.get(hashOf(id));
    this.#byHash.delete(hashOf(id));
    return found && found.expiresAt > this.#now() ? found : undefined;
  }
}

const cookieName = 'reprise-console-login';

/** It comes back with the provider's answer, from another site, so it is not `Strict` as the session's cookie is. */
export function attemptCookie(id: string, path: string, secure: boolean): string {
  const life = id === '' ? 0 : lifeMs / 1_000;
  return `${cookieName}=${id}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${life}${secure ? '; Secure' : ''}`;
}

export function attemptIdIn(cookie: unknown): string | undefined {
  if (typeof cookie !== 'string') return undefined;
  for (const part of cookie.split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === cookieName && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
