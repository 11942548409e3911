import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose';
import { isPermission } from '../permission.ts';

/** What is accepted as a token, and from whom. */
export interface TokenSettings {
  /** Where the public keys of the issuer are: `https:`, or `file:` for a file that somebody else keeps up to date. */
  readonly keys: URL;
  readonly issuer: string;
  readonly audience: string;
  /** Algorithms that a signature may have. */
  readonly algorithms: readonly string[];
  /** Name of the claim that lists the permissions: a text divided by spaces, or a list. */
  readonly scopeClaim: string;
  /** By how many seconds the clocks may differ. */
  readonly clockToleranceSeconds: number;
}

/** Algorithms a setting may name. With a symmetric one, whoever can check a token could make one. */
export const tokenAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
];

export type VerifiedToken =
  | { readonly ok: true; readonly subject: string; readonly scopes: readonly string[] }
  /** `reason` is a fixed word for the log. */
  | { readonly ok: false; readonly reason: string };

/** The keys of the issuer could not be had, so that no token can be judged. */
export class TokenKeysUnavailable extends Error {
  override readonly name = 'TokenKeysUnavailable';
  readonly code = 'TOKEN_KEYS_UNAVAILABLE';
  readonly retryable = true;
}

export type VerifyToken = (token: string) => Promise<VerifiedToken>;

/** How long the keys of an issuer are believed, in milliseconds. */
const keysMaxAgeMs = 600_000;

/** How soon after a look a token with an unknown key may cause another one, in milliseconds. */
const coolDownMs = 30_000;

const mostSubjectChars = 120;

/**
 * Checks tokens: the signature by a key of the issuer, then issuer, audience, times, and that there is a subject and an expiry.
 * Keys are fetched when first needed and kept for ten minutes. A token with an unknown key makes for another look, at most one in
 * thirty seconds: a key that the issuer has just taken into use may be refused for that long.
 *
 * @throws TokenKeysUnavailable from the returned function, when the keys cannot be had
 */
export function tokenVerifier(settings: TokenSettings): VerifyToken {
  const keys = keysOf(settings.keys);
  const options = {
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: [...settings.algorithms],
    clockTolerance: settings.clockToleranceSeconds,
    requiredClaims: ['sub', 'exp'],
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options);
      const { sub: subject = '' } = payload;
      if (!isSubject(subject)) return { ok: false, reason: 'unusable-subject' };
      return { ok: true, subject, scopes: scopesOf(payload, settings.scopeClaim) };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return { ok: false, reason: reasonOf(error) };
    }
  };
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

function keysOf(url: URL): (...asked: Parameters<KeySet>) => ReturnType<KeySet> {
  const set = createRemoteJWKSet(url, {
    cacheMaxAge: keysMaxAgeMs,
    cooldownDuration: coolDownMs,
    timeoutDuration: 5_000,
    ...(url.protocol === 'file:' && { [customFetch]: async () => new Response(await readFile(url)) }),
  });
  return async (header, token) => {
    try {
      return await set(header, token);
    } catch (error) {
      if (isOfTheToken(error)) throw error;
      throw new TokenKeysUnavailable(
        `The keys of the token issuer (${url.href}) cannot be used; no token can be judged.`,
        {
          cause: error,
        },
      );
    }
  };
}

/** Whether a token asks for a key that its issuer does not have, and the keys themselves are sound. */
function isOfTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/** A subject ends in events and log lines. */
function isSubject(text: string): boolean {
  return text.length <= mostSubjectChars && /^[\x21-\x7e]+$/.test(text);
}

/** Permissions only: no token stands for all of them. */
function scopesOf(payload: JWTPayload, claim: string): string[] {
  const value = payload[claim];
  const listed =
    typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? (value as unknown[]) : [];
  return listed.filter((scope): scope is string => typeof scope === 'string' && isPermission(scope));
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'expired-token';
  if (error instanceof errors.JWTClaimValidationFailed) return `wrong-${error.claim}`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'wrong-algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-token-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong-signature';
  return 'malformed-token';
}
