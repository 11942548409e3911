import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { bodyText, fileText } from '../bounded-text.ts';

/** The keys of the issuer could not be had, so that no token can be judged. */
export class TokenKeysUnavailable extends Error {
  override readonly name = 'TokenKeysUnavailable';
  readonly code = 'TOKEN_KEYS_UNAVAILABLE';
  readonly retryable = true;
}

/** How long the keys of an issuer are believed, in milliseconds. */
const keysMaxAgeMs = 600_000;

/** From which age on they are looked at again while tokens are still judged by them, in milliseconds. */
const keysAgeingMs = 300_000;

/** How soon after a look a token with an unknown key may cause another one, in milliseconds. */
const coolDownMs = 30_000;

/** How soon after a look that failed there is another one, in milliseconds. */
const againMs = 5_000;

/** How long a look may take, in milliseconds. */
const lookMs = 5_000;

/** Most bytes of the keys of an issuer: hundreds of them. */
const mostBytes = 2 ** 20;

/**
 * The public keys of an issuer, looked at when first needed. An issuer that is away or hangs is asked once in a while, however many
 * tokens come and whatever stands in them.
 *
 * @param url `https:`, or `file:`
 * @throws JOSEError from the returned function, where the issuer has no key for a token. @throws TokenKeysUnavailable
 */
export function issuerKeys(url: URL): JWTVerifyGetKey {
  const { look, sinceLook } = carefulLooks(url);
  const keys = createRemoteJWKSet(url, {
    ...{ cacheMaxAge: keysMaxAgeMs, cooldownDuration: coolDownMs, timeoutDuration: lookMs },
    [customFetch]: look,
  });
  return async (header, token) => {
    // Nobody waits for it, and until the keys are too old nobody minds when it fails.
    if (keys.fresh && sinceLook() >= keysAgeingMs) void keys.reload().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (error) {
      if (isOfTheToken(error)) throw error;
      // What failed is a look for a key that those which are still good do not have.
      if (keys.fresh) throw new errors.JWKSNoMatchingKey();
      throw new TokenKeysUnavailable(
        `The keys of the token issuer (${url.href}) cannot be used; no token can be judged.`,
        { cause: error },
      );
    }
  };
}

/** Looks that take a bounded answer, and after one that failed give its failure again for a while. */
function carefulLooks(url: URL) {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let failure: Error | undefined;
  const sinceLook = (): number => performance.now() - lookedAt;
  const look = async (address: string, options: RequestInit): Promise<Response> => {
    if (failure !== undefined && sinceLook() < againMs) throw failure;
    lookedAt = performance.now();
    try {
      const text =
        url.protocol === 'file:' ? await fileText(url, mostBytes) : await fetched(address, options);
      // Here, so that what is no set of keys counts as a failure.
      createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      failure = undefined;
      return new Response(text);
    } catch (error) {
      failure = error as Error;
      throw error;
    }
  };
  return { look, sinceLook };
}

async function fetched(address: string, options: RequestInit): Promise<string> {
  const answer = await fetch(address, options);
  if (answer.status === 200) return bodyText(answer, mostBytes);
  await answer.body?.cancel();
  throw new Error(`it answered with ${answer.status}`);
}

/** Whether a token asks for a key that its issuer does not have, and the keys themselves are sound. */
function isOfTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
