import { errors, jwtVerify, type JWTPayload } from 'jose';
import { isPermission } from '../permission.ts';
import { issuerKeys } from './issuer-keys.ts';

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

export type VerifyToken = (token: string) => Promise<VerifiedToken>;

const mostSubjectChars = 120;

/**
 * Checks tokens: the signature by a key of the issuer, then issuer, audience, times, and that there is a subject and an expiry.
 * Keys are fetched when first needed, kept for ten minutes, and looked at again after five of them. A token with an unknown key makes
 * for another look, at most one in thirty seconds: a key that the issuer has just taken into use may be refused for that long.
 *
 * @throws TokenKeysUnavailable from the returned function, when the keys cannot be had
 */
export function tokenVerifier(settings: TokenSettings): VerifyToken {
  const keys = issuerKeys(settings.keys);
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
      // Too large a number of JSON is infinite: such a token would never expire.
      if (!Number.isFinite(payload.exp)) return { ok: false, reason: 'wrong-exp' };
      // Whatever its type says: a list of one text looks like a text to most of what reads it.
      const subject: unknown = payload.sub;
      if (!isSubject(subject)) return { ok: false, reason: 'unusable-subject' };
      return { ok: true, subject, scopes: scopesOf(payload, settings.scopeClaim) };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return { ok: false, reason: reasonOf(error) };
    }
  };
}

/** A subject ends in events and log lines. */
function isSubject(text: unknown): text is string {
  return typeof text === 'string' && text.length <= mostSubjectChars && /^[\x21-\x7e]+$/.test(text);
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
