import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { TokenKeysUnavailable, tokenVerifier, type TokenSettings } from './token-verifier.ts';

const good = { iss: 'https://issuer.test', aud: 'reprise', sub: 'ada' };

async function pairOf(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

type Pair = Awaited<ReturnType<typeof pairOf>>;

const tokenOf = ({ kid, privateKey }: Pair, claims: object = {}): Promise<string> =>
  new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setExpirationTime('5 minutes')
    .sign(privateKey);

describe('a verifier of tokens', () => {
  let server: Server;
  let settings: TokenSettings;
  let served: { keys: unknown[] } | undefined;
  let asked = 0;
  let first: Pair;
  let second: Pair;

  beforeAll(async () => {
    [first, second] = await Promise.all([pairOf('first'), pairOf('second')]);
    server = createServer((_, response) => {
      asked += 1;
      response.writeHead(served === undefined ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(served));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    settings = {
      keys: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`),
      ...{
        issuer: good.iss,
        audience: good.aud,
        algorithms: ['ES256'],
        scopeClaim: 'scope',
        clockToleranceSeconds: 0,
      },
    };
  });

  afterAll(() => void server.close());

  beforeEach(() => {
    served = { keys: [first.jwk] };
    asked = 0;
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] });
  });

  afterEach(() => jest.useRealTimers());

  it('fetches the keys once for many tokens, and reads scopes from a text or a list', async () => {
    const verify = tokenVerifier(settings);
    const scopes = ['products:read products:write * junk', ['products:read', 7, 'products:write']];
    const tokens = await Promise.all(scopes.map((scope) => tokenOf(first, { scope })));
    for (const verified of await Promise.all(tokens.map(verify)))
      expect(verified).toEqual({ ok: true, subject: 'ada', scopes: ['products:read', 'products:write'] });
    expect(asked).toBe(1);
  });

  it('looks for a new key of the issuer once in thirty seconds', async () => {
    const verify = tokenVerifier(settings);
    await verify(await tokenOf(first));
    served = { keys: [first.jwk, second.jwk] };
    const refused = { ok: false, reason: 'unknown-token-key' };
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await verify(await tokenOf(second))).toEqual(refused);
    expect(asked).toBe(1);
    jest.advanceTimersByTime(30_000);
    expect(await verify(await tokenOf(second))).toMatchObject({ ok: true });
    expect(asked).toBe(2);
  });

  it('accepts a key that the issuer took away for ten minutes at most', async () => {
    const verify = tokenVerifier(settings);
    await verify(await tokenOf(first));
    served = { keys: [second.jwk] };
    jest.advanceTimersByTime(599_999);
    expect(await verify(await tokenOf(first))).toMatchObject({ ok: true });
    jest.advanceTimersByTime(1);
    expect(await verify(await tokenOf(first))).toEqual({ ok: false, reason: 'unknown-token-key' });
  });

  it('says that no token can be judged while the keys cannot be had, and recovers', async () => {
    const verify = tokenVerifier(settings);
    for (const answer of [undefined, { keys: 'none' } as never]) {
      served = answer;
      await expect(verify(await tokenOf(first))).rejects.toThrow(TokenKeysUnavailable);
    }
    served = { keys: [first.jwk] };
    expect(await verify(await tokenOf(first))).toMatchObject({ ok: true });
  });
});
