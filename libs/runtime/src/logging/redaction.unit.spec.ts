import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { redact } from './redaction.ts';

const secret = 'hunter2-and-some-more-characters';

/** Characters a password may hold, quotes, backslashes and everything that ends something among them. */
const inner = fc.string({ unit: fc.constantFrom(...'ab9@:/?#&;,=.%$!\\"\'`{}[]()<>'), maxLength: 12 });
const spaced = fc.string({ unit: fc.constantFrom(...'ab9@:/?#&;,=%\\"\'`{}[] \t'), maxLength: 12 });

/** The head and the tail of a planted secret, which must both be gone, whatever stands between them. */
const planted = (between: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  between.map((text) => `Zq7head${text}Zq7tail`);

const name = fc.constantFrom(
  'password',
  'KAFKA_SASL_PASSWORD',
  'sasl.password',
  'PGPASSWORD',
  'sslpassword',
  'api_key',
  'apiKey',
  'x-api-key',
  'ELASTICSEARCH_API_KEY',
  'token',
  'access_token',
  'clientSecret',
  'AWS_SECRET_ACCESS_KEY',
);
const escapedSingle = (text: string): string => text.replace(/[\\']/g, (char) => `\\${char}`);

/** Texts that hold a secret, in every form this understands. */
const holdingSecret = fc.oneof(
  fc
    .tuple(fc.constantFrom('postgres', 'https', 'kafka+ssl'), planted(inner))
    .map(([scheme, text]) => `${scheme}://reprise:${text.replaceAll('"', '%22')}@db.internal:5432/reprise`),
  fc.tuple(name, fc.constantFrom('=', ' = ', ': ', '=> '), planted(inner)).map(([key, is, text]) => {
    const bare = /^["'`\\]/.test(text) ? `x${text}` : text;
    return `host=db ${key}${is}${bare} user=reprise`;
  }),
  fc.tuple(name, planted(spaced)).map(([key, text]) => `host=db ${key}='${escapedSingle(text)}' user=x`),
  fc.tuple(name, planted(spaced)).map(([key, text]) => `${key}=${JSON.stringify(text)};`),
  fc.tuple(name, planted(spaced)).map(([key, text]) => JSON.stringify({ a: 1, [key]: text, b: { c: 'd' } })),
  fc.tuple(name, planted(spaced)).map(([key, text]) => JSON.stringify({ [key]: [text, { x: text }], b: 2 })),
  fc.tuple(name, planted(spaced)).map(([key, text]) => JSON.stringify({ [key]: { value: text } })),
  planted(spaced).map(
    (text) => `ALTER ROLE reprise PASSWORD '${text.replaceAll("'", "''").replaceAll('\\', '')}'`,
  ),
  fc
    .tuple(fc.constantFrom('ApiKey', 'Bearer', 'Basic', 'Digest'), planted(inner))
    .map(([scheme, text]) => `Authorization: ${scheme} ${text}`),
  planted(spaced).map((text) => `cookie: a=b; session=${text}`),
);

/** Where texts end up: as they are, in a line of the log, or in an error's text inside one. */
const wraps: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `request failed: ${text}`,
  (text) =>
    JSON.stringify({ level: 'error', err: { message: text, stack: `Error: ${text}\n    at x` }, n: 1 }),
  (text) => JSON.stringify({ msg: JSON.stringify({ detail: text }), n: 1 }),
];

describe('redaction', () => {
  it.each([
    `cannot reach postgres://reprise:${secret}@db:5432/x and https://:${secret}@h`,
    JSON.stringify({ req: { headers: { authorization: `Bearer ${secret}`, cookie: `a=${secret}` } } }),
    JSON.stringify({ deep: { list: [{ 'set-cookie': [`a=${secret}`, `b=${secret}`] }] } }),
    JSON.stringify({ password: `quote " and ${secret}`, KAFKA_SASL_PASSWORD: secret, apiKey: secret }),
    JSON.stringify({ ELASTICSEARCH_API_KEY: secret, 'x-api-key': secret, clientSecret: secret }),
    `request failed with Authorization: ApiKey ${secret}`,
    `postgres://reprise:p@ss@${secret}@db/x`,
    `postgres://reprise:${secret}:9?${secret}@db:5432/x`,
    `host=db user=reprise password=${secret}`,
    `sasl.password=${secret}`,
    `token=${secret}&page=2`,
  ])('takes the secret out of %s', (text) => {
    const redacted = redact(text);
    expect(redacted).not.toContain('hunter2');
    expect(redacted).toContain('[redacted]');
  });

  it('lets neither the head nor the tail of a secret through, in any form and however deep in JSON', () => {
    fc.assert(
      fc.property(holdingSecret, fc.constantFrom(...wraps), (text, wrap) => {
        expect(redact(wrap(text))).not.toMatch(/Zq7/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves a line of JSON parseable, with all its other members', () => {
    fc.assert(
      fc.property(holdingSecret, fc.string(), (text, other) => {
        const line = redact(JSON.stringify({ first: other, err: { message: text }, last: 7 }));
        expect(JSON.parse(line)).toMatchObject({ last: 7, err: { message: expect.any(String) } });
      }),
      { numRuns: 500 },
    );
  });

  it('takes the secret out of an API key wherever it stands, and leaves its id', () => {
    const key = `rp_live_0123456789abcdef_${'0f'.repeat(32)}`;
    expect(redact(`{"msg":"asked with ${key}, twice: ${key}"}`)).toBe(
      '{"msg":"asked with rp_live_0123456789abcdef_[redacted], twice: rp_live_0123456789abcdef_[redacted]"}',
    );
  });

  it('leaves everything else as it was', () => {
    const line = { password: 'a"b', other: 'kept', tags: ['x'], url: 'http://host/path?mail=a@b', n: 1 };
    expect(JSON.parse(redact(JSON.stringify(line)))).toEqual({ ...line, password: '[redacted]' });
    for (const text of [
      'password authentication failed for user "reprise"',
      'KAFKA_SASL_PASSWORD must also be set',
      `Unexpected token '<', "<!DOCTYPE" is not valid JSON`,
      'GET http://[::1]:9200/_cat?h=a@b answered 401',
      'GET http://host:9200/products/a@b',
      '{"tokenless":"a","token":null,"url":"/v1/search?q=password"}',
    ])
      expect(redact(text)).toBe(text);
  });

  it.each([
    ['a long word', 'a'],
    ['schemes of URLs', 'a://'],
    ['user information', 'a:b@'],
    ['names of secrets', 'password'],
    ['names and their signs', 'password='],
    ['quoted names', '"password":'],
    ['openings of quotes', `password='`],
    ['escaped quotes', '\\"password\\":\\"'],
    ['brackets', '"token":[{'],
    ['cookies', 'cookie:'],
    ['white space', 'Bearer  '],
    ['backslashes', 'password\\'],
  ])('takes time in proportion to a text of %s', (_, part) => {
    for (const text of [
      part.repeat(1_000_000 / part.length),
      `{"a":"${part.repeat(1_000_000 / part.length)}`,
    ]) {
      // Quadratic work on a million characters would take minutes, and nothing else could end it.
      runInNewContext('redact(text)', { redact, text }, { timeout: 60_000 });
    }
  });
});
