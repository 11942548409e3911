import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { TokenSettings } from '@reprise/access';
import { afterFile } from '../after-file.ts';

const [issuer, audience] = ['https://issuer.test', 'reprise-tests'];

/** An issuer of tokens whose public keys stand in a file. */
export interface TestIssuer {
  readonly settings: TokenSettings;
  /** A token with these claims beside good ones. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Tokens that nobody may accept, by what is wrong with them. */
  badTokens(): Promise<Readonly<Record<string, string>>>;
  /** Signs with a new key from now on, and takes the one before out of the file. */
  rotate(): Promise<void>;
}

/** Makes an issuer whose file is deleted at the end of the test file. */
export async function testIssuer(): Promise<TestIssuer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-issuer-'));
  afterFile(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'jwks.json');
  let serial = 0;
  const newPair = async () => ({ kid: `key-${(serial += 1)}`, ...(await generateKeyPair('ES256')) });
  const publish = async (): Promise<void> => {
    const { kid, publicKey } = pair;
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }] }));
  };
  let pair = await newPair();
  await publish();
  const good = { iss: issuer, aud: audience, sub: 'somebody', scope: 'everything:read' };
  const signed = (
    claims: object,
    { kid, privateKey }: typeof pair = pair,
    expires: string | Date = '5 minutes',
  ) =>
    new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(privateKey);
  return {
    settings: {
      ...{ keys: pathToFileURL(file), issuer, audience, algorithms: ['ES256'] },
      ...{ scopeClaim: 'scope', clockToleranceSeconds: 5 },
    },
    token: (claims = {}) => signed(claims),
    badTokens: async () => ({
      expired: await signed({}, pair, new Date(Date.now() - 60_000)),
      'of another issuer': await signed({ iss: 'https://elsewhere.test' }),
      'for another audience': await signed({ aud: 'elsewhere' }),
      'with algorithm none': new UnsecuredJWT(good).setExpirationTime('5 minutes').encode(),
      'signed with the public key as a secret': await new SignJWT(good)
        .setProtectedHeader({ alg: 'HS256', kid: pair.kid })
        .setExpirationTime('5 minutes')
        .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)))),
      'signed with an unknown key': await signed({}, await newPair()),
      'signed with another key of that name': await signed({}, { ...(await newPair()), kid: pair.kid }),
      'without a subject': await signed({ sub: undefined }),
      'whose subject would break a log line': await signed({ sub: 'a\nb' }),
    }),
    rotate: async () => {
      pair = await newPair();
      await publish();
    },
  };
}
