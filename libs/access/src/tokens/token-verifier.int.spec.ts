import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { TokenKeysUnavailable } from './issuer-keys.ts';
import { tokenVerifier, type TokenSettings } from './token-verifier.ts';

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
  let served: { keys: unknown[]; more?: string } | undefined;
  let asked = 0;
  let redirected = false;
  let held: Promise<void>;
  let first: Pair;
  let second: Pair;

  beforeAll(async () => {
    [first, second] = await Promise.all([pairOf('first'), pairOf('second')]);
    server = createServer((_, response) => {
      asked += 1;
      const status = redirected ? 302 : served === undefined ? 500 : 200;
      response.writeHead(status, { 'content-type': 'application/json', location: '/keys' });
      void held.then(() => response.end(JSON.stringify(served)));
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
    [asked, redirected, held] = [0, false, Promise.resolve()];
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
    for (const answer of [undefined, { keys: 'none' } as never, { keys: [], more: 'x'.repeat(2 ** 20) }]) {
      served = answer;
      await expect(verify(await tokenOf(first))).rejects.toThrow(TokenKeysUnavailable);
      jest.advanceTimersByTime(5_000);
    }
    served = { keys: [first.jwk] };
    expect(await verify(await tokenOf(first))).toMatchObject({ ok: true });
  });

  it.each([
    ['fails', undefined],
    ['answers with no keys', { keys: 'none' } as never],
  ])('asks an issuer that %s once in five seconds, whatever tokens come', async (_, answer) => {
    const verify = tokenVerifier(settings);
    served = answer;
    for (let attempt = 0; attempt < 5; attempt++)
      await expect(verify(await tokenOf(first))).rejects.toThrow(TokenKeysUnavailable);
    expect(asked).toBe(1);
    jest.advanceTimersByTime(5_000);
    await expect(verify(await tokenOf(first))).rejects.toThrow(TokenKeysUnavailable);
    expect(asked).toBe(2);
  });

  it('judges by the keys that it has while the issuer is away, and looks for an unknown one once in five seconds', async () => {
    const verify = tokenVerifier(settings);
    await verify(await tokenOf(first));
    served = undefined;
    jest.advanceTimersByTime(30_000);
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await verify(await tokenOf(second))).toEqual({ ok: false, reason: 'unknown-token-key' });
    expect(asked).toBe(2);
    expect(await verify(await tokenOf(first))).toMatchObject({ ok: true });
  });

  it('looks at the keys again after five minutes, and no holder of a known one waits for that', async () => {
    const verify = tokenVerifier(settings);
    await verify(await tokenOf(first));
    served = { keys: [second.jwk] };
    jest.advanceTimersByTime(300_000);
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const looked = once(server, 'request');
    expect(await verify(await tokenOf(first))).toMatchObject({ ok: true });
    await looked;
    resolve();
    // Too soon after that look for another one: it is that look which finds the key.
    const token = await tokenOf(second);
    for (let turn = 0; turn < 10_000 && !(await verify(token)).ok; turn++) await new Promise(setImmediate);
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(asked).toBe(2);
  });

  it('follows an issuer to no other address', async () => {
    redirected = true;
    await expect(tokenVerifier(settings)(await tokenOf(first))).rejects.toThrow(TokenKeysUnavailable);
    expect(asked).toBe(1);
  });

  it.each([[['ada']], [7], [{ length: 1 }], ['a\nb'], [''], ['x'.repeat(121)]])(
    'accepts no subject that is %j',
    async (sub) => {
      const token = await tokenOf(first, { sub });
      expect(await tokenVerifier(settings)(token)).toEqual({ ok: false, reason: 'unusable-subject' });
    },
  );

  it('accepts no token that never expires', async () => {
    const claims = JSON.stringify({ ...good, exp: 1 }).replace('"exp":1', '"exp":1e999');
    const token = await new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: 'ES256', kid: first.kid })
      .sign(first.privateKey);
    expect(await tokenVerifier(settings)(token)).toEqual({ ok: false, reason: 'wrong-exp' });
  });
});
