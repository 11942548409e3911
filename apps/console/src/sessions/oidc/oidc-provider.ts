import { printable } from '@reprise/runtime';
import * as oidc from 'openid-client';
import { claimIn, grantedRole, type Claims } from './granted-role.ts';
import type { LoginAttempt } from './login-attempts.ts';
import { isOwnMachine, type OidcSettings } from './oidc-settings.ts';
import type { Role } from '../../contract/index.ts';

/** Somebody whom the provider knows. */
export interface KnownPerson {
  readonly actor: string;
  readonly name: string;
  /** Undefined where the provider gives none of the console's. */
  readonly role: Role | undefined;
}

/** A login that came to nothing. */
export class LoginRefused extends Error {
  constructor(
    readonly reason: 'provider-away' | 'not-accepted' | 'refused-there',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LoginRefused';
  }
}

const timeoutSeconds = 5;

/** The provider, as far as logging in takes it: the authorization code flow with PKCE, state and nonce. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  #discovered: Promise<oidc.Configuration> | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  /** Where to send the browser, and what its answer is judged by. @throws LoginRefused */
  async begin(to: string): Promise<{ readonly address: URL; readonly attempt: LoginAttempt }> {
    const configuration = await this.#configuration();
    const attempt = {
      ...{ to, state: oidc.randomState(), nonce: oidc.randomNonce() },
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.redirectUri.href,
      scope: this.#settings.scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { address, attempt };
  }

  /** @param answer the query that the browser came back with @throws LoginRefused */
  async finish(answer: string, { state, nonce, codeVerifier }: LoginAttempt): Promise<KnownPerson> {
    const configuration = await this.#configuration();
    const address = new URL(this.#settings.redirectUri);
    address.search = answer;
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, address, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier },
        idTokenExpected: true,
      });
      return this.#person(await this.#claims(configuration, tokens));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Some providers put groups and names into the ID token, others only where it is asked for with the access token. */
  async #claims(
    configuration: oidc.Configuration,
    tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  ): Promise<Claims & { readonly sub: string }> {
    const claims = tokens.claims()!;
    const asks = claimIn(claims, this.#settings.roleClaim) === undefined;
    if (!asks || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims };
  }

  #person(claims: Claims & { readonly sub: string }): KnownPerson {
    const { sub } = claims;
    if (!/^[\x20-\x7e]{1,200}$/.test(sub))
      throw new LoginRefused(
        'not-accepted',
        'its subject is longer than 200 characters, or has some that are not printable',
      );
    const names = ['name', 'preferred_username', 'email'].map((name) => claims[name]);
    const name = names.find((one): one is string => typeof one === 'string' && one !== '');
    return {
      actor: `sub:${sub}`,
      name: printable(name ?? sub).slice(0, 100),
      role: grantedRole(claims, this.#settings.roleClaim, this.#settings.roles),
    };
  }

  /** Asked for when it is needed, and again after it failed: the console starts while its provider is away. */
  #configuration(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    this.#discovered ??= oidc
      .discovery(issuer, clientId, clientSecret, clientSecret === undefined ? oidc.None() : undefined, {
        timeout: timeoutSeconds,
        ...(isOwnMachine(issuer) && { execute: [oidc.allowInsecureRequests] }),
      })
      .catch((error: unknown) => {
        this.#discovered = undefined;
        throw refusalOf(error);
      });
    return this.#discovered;
  }
}

/** What went wrong: the provider was not reached, said no, or said what cannot be believed. */
function refusalOf(error: unknown): LoginRefused {
  if (error instanceof LoginRefused) return error;
  const { name, code, message, error: said, cause } = error as Described;
  const text = printable(`${said ?? message}`).slice(0, 300);
  const options = { cause: error };
  if (name === 'AuthorizationResponseError') return new LoginRefused('refused-there', text, options);
  const isAway =
    [name, (cause as Described | undefined)?.name].includes('TypeError') ||
    ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'].includes(code ?? '');
  return new LoginRefused(isAway ? 'provider-away' : 'not-accepted', text, options);
}

/** The library's errors, whose `error` is the provider's own word. */
interface Described {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly error?: unknown;
  readonly cause?: unknown;
}
