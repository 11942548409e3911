import { isKey, keyIdOf } from './keys/api-key.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { everything, type Declared, type Permission } from './permission.ts';
import type { VerifyToken } from './tokens/token-verifier.ts';

/** Whether a request may pass. */
export type Admission =
  /**
   * `actor` says whose request it is: `key:ID` or `sub:SUBJECT`, undefined for nobody in particular. `anonymous` says that a credential
   * would be needed, had what is asked for not been opened to callers without one.
   */
  | { readonly outcome: 'admitted'; readonly actor: string | undefined; readonly anonymous?: boolean }
  /** No credential, or one that is not accepted; `reason` is a fixed word for the log. */
  | { readonly outcome: 'unauthenticated'; readonly reason: string }
  /** A good credential that does not allow it. */
  | { readonly outcome: 'forbidden'; readonly actor: string };

/** Decides who may pass. */
export interface Access {
  /**
   * @param needed what the route declares
   * @param authorization the `Authorization` header of the request
   * @throws what loading keys throws, where a credential cannot be judged
   */
  admit(needed: Declared, authorization: string | undefined): Promise<Admission>;
}

export interface AccessOptions {
  /** Where keys are kept. A key is accepted where any of them has it. */
  readonly rings: readonly KeyRing[];
  readonly verifyToken?: VerifyToken | undefined;
  /** What callers without a credential may do beside what is public. */
  readonly anonymous: readonly Permission[];
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const anybody: Admission = { outcome: 'admitted', actor: undefined };
const stranger: Admission = { ...anybody, anonymous: true };

/** The reason of a refusal where there was no credential at all. */
export const noCredential = 'no-credential';

/** Lets everybody do everything: for servers that only their own machine reaches. */
export const openAccess: Access = { admit: () => Promise.resolve(anybody) };

/** Who a credential stands for, and what that one may do. */
type Identified =
  | { readonly ok: true; readonly actor: string; readonly scopes: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Admits holders of keys and tokens to what these allow. On a public route no credential is looked at. Elsewhere one that is not
 * accepted is refused even where none is needed: whoever sends it believes that it counts.
 */
export function accessOf({ rings, verifyToken, anonymous, now = Date.now }: AccessOptions): Access {
  const identify = async (credential: string): Promise<Identified> => {
    const id = keyIdOf(credential);
    if (id !== undefined) return byKey(rings, id, credential, now());
    if (verifyToken === undefined) return { ok: false, reason: 'tokens-not-configured' };
    const token = await verifyToken(credential);
    return token.ok ? { ok: true, actor: `sub:${token.subject}`, scopes: token.scopes } : token;
  };
  return {
    admit: async (needed, authorization) => {
      if (needed === 'public') return anybody;
      if (authorization === undefined)
        return anonymous.includes(needed) ? stranger : { outcome: 'unauthenticated', reason: noCredential };
      const credential = /^bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1];
      if (credential === undefined) return { outcome: 'unauthenticated', reason: 'malformed-authorization' };
      const who = await identify(credential);
      if (!who.ok) return { outcome: 'unauthenticated', reason: who.reason };
      const allowed =
        [needed, everything].some((scope) => who.scopes.includes(scope)) || anonymous.includes(needed);
      return { outcome: allowed ? 'admitted' : 'forbidden', actor: who.actor };
    },
  };
}

async function byKey(rings: readonly KeyRing[], id: string, text: string, now: number): Promise<Identified> {
  // First where it is known: a ring that lacks a key looks for it again and again.
  for (const ring of rings.toSorted((one, other) => Number(other.has(id)) - Number(one.has(id)))) {
    const stored = await ring.find(id);
    if (stored === undefined || !isKey(stored, text)) continue;
    if (stored.expiresAt !== undefined && stored.expiresAt <= now)
      return { ok: false, reason: 'expired-key' };
    ring.used(id);
    return { ok: true, actor: `key:${id}`, scopes: stored.scopes };
  }
  return { ok: false, reason: 'unknown-key' };
}
