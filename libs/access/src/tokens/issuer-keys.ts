import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
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

/** How soon after a look a token with an unknown key may cause another one, in milliseconds, whatever came of that look. */
const coolDownMs = 30_000;

/** How soon after a look that failed there is another one where there are no keys to judge by, in milliseconds. */
const againMs = 5_000;

/** How long a look may take, in milliseconds. */
const lookMs = 5_000;

/** Most bytes of the keys of an issuer: hundreds of them. */
const mostBytes = 2 ** 20;

/**
 * The public keys of an issuer, looked at when first needed. An issuer that is away or hangs is asked once in a while, however many
 * tokens come and whatever stands in them.
 */
export class IssuerKeys {
  readonly #url: URL;
  readonly #now: () => number;
  #keys: JWTVerifyGetKey | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #keptAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #failure: TokenKeysUnavailable | undefined;

  /**
   * @param url `https:`, or `file:`
   * @param now a clock that only goes forward, in milliseconds
   */
  constructor(url: URL, now: () => number = () => performance.now()) {
    this.#url = url;
    this.#now = now;
  }

  /**
   * The key by which a token says that it is signed.
   * @throws JOSEError where the issuer has none for it. @throws TokenKeysUnavailable
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#believed();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayLook(coolDownMs)) throw error;
      // Where that look fails, the keys that are there are still good, and this one is none of them.
      await this.#look().catch(() => undefined);
      return await this.#keys!(header, token);
    }
  };

  async #believed(): Promise<JWTVerifyGetKey> {
    const age = this.#now() - this.#keptAt;
    if (this.#keys !== undefined && age < keysMaxAgeMs) {
      if (age >= keysAgeingMs && this.#mayLook(coolDownMs)) this.#look().catch(() => undefined);
      return this.#keys;
    }
    if (this.#looking === undefined && this.#failure !== undefined && !this.#mayLook(againMs))
      throw this.#failure;
    await this.#look();
    return this.#keys!;
  }

  #mayLook(againAfterMs: number): boolean {
    return this.#now() - this.#lookedAt >= againAfterMs;
  }

  /** @throws TokenKeysUnavailable */
  #look(): Promise<void> {
    if (this.#looking !== undefined) return this.#looking;
    const begun = this.#now();
    this.#lookedAt = begun;
    this.#looking = this.#read()
      .then((text) => {
        this.#keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
        this.#keptAt = begun;
        this.#failure = undefined;
      })
      .catch((error: unknown) => {
        this.#failure = new TokenKeysUnavailable(
          `The keys of the token issuer (${this.#url.href}) cannot be used; no token can be judged.`,
          { cause: error },
        );
        throw this.#failure;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #read(): Promise<string> {
    if (this.#url.protocol === 'file:') return fileText(this.#url, mostBytes);
    const answer = await fetch(this.#url, {
      headers: { accept: 'application/json, application/jwk-set+json' },
      // An address that nobody configured is not asked.
      redirect: 'manual',
      signal: AbortSignal.timeout(lookMs),
    });
    if (answer.status === 200) return bodyText(answer, mostBytes);
    await answer.body?.cancel();
    throw new Error(`it answered with ${answer.status}`);
  }
}
