import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterFile } from '@reprise/test-kit';
import { Provider } from 'oidc-provider';

/** A real provider of OpenID Connect that logs in one person without asking for a password. */
export interface TestProvider {
  readonly issuer: string;
  /** Claims of the person who logs in next. */
  person: { readonly sub: string; readonly [claim: string]: unknown };
  /** Whether the person refuses to let the console know who they are. */
  refuses: boolean;
  /** Whether it shows a page first, with a button. */
  asks: boolean;
  /** By how many seconds its clock is behind while it issues tokens, which last for a minute. */
  behindSeconds: number;
  close(): Promise<void>;
}

export const client = { id: 'reprise-console', secret: 'a-secret-of-the-tests' };

/**
 * Its address is of another site than the console's, as that of most providers is.
 *
 * @param redirectUris where the console is
 * @param claimed the issuer that it says it is, unless it is itself
 */
export async function testProvider(redirectUris: readonly string[], claimed?: string): Promise<TestProvider> {
  // It warns of being set up for a test.
  for (const level of ['warn', 'info'] as const)
    jest.spyOn(console, level).mockImplementation(() => undefined);
  const server = createServer();
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const test: TestProvider = {
    ...{ issuer, refuses: false, asks: false, behindSeconds: 0 },
    person: { sub: 'ada' },
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = new Provider(claimed ?? issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub'], profile: ['name', 'roles', 'realm_access'] },
    features: { devInteractions: { enabled: false } },
    ttl: { IdToken: 60 },
    interactions: { url: () => '/interaction' },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ ...test.person, sub: accountId }),
    }),
    loadExistingGrant: async (context: GrantContext) => {
      const { client: of, session } = context.oidc;
      const grant = new provider.Grant({ clientId: of.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const { now } = Date;
    if (request.url === '/token') {
      Date.now = () => now() - test.behindSeconds * 1_000;
      response.on('close', () => (Date.now = now));
    }
    if (request.url?.startsWith('/interaction') !== true) return answer(request, response);
    if (test.asks && request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<form method="post"><button>Continue</button></form>');
    }
    const result = test.refuses
      ? { error: 'access_denied', error_description: 'the person said no' }
      : { login: { accountId: test.person.sub } };
    provider.interactionFinished(request, response, result).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
    return undefined;
  });
  afterFile(() => test.close());
  return test;
}

interface GrantContext {
  readonly oidc: {
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

/** A browser, as far as logging in takes one: it keeps cookies by origin and follows redirects one at a time. */
export class LittleBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async get(address: string | URL, headers: Record<string, string> = {}): Promise<Response> {
    const { origin } = new URL(address);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie, ...headers } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** Follows redirects until one leads to an address that begins with `until`. @returns that address */
  async follow(address: string | URL, until: string): Promise<URL> {
    let at = new URL(address);
    for (let steps = 0; steps < 10; steps += 1) {
      const response = await this.get(at);
      const location = response.headers.get('location');
      if (location === null)
        throw new Error(`${at.href} answered ${response.status}: ${await response.text()}`);
      at = new URL(location, at);
      if (at.href.startsWith(until)) return at;
    }
    throw new Error(`${until} was not reached from ${String(address)}`);
  }

  cookie(origin: string, name: string): string | undefined {
    return this.#cookies.get(origin)?.get(name);
  }
}
