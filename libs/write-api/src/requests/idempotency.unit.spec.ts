import { createHash } from 'node:crypto';
import { maxKeyLength, parseIdempotencyKey, requestHash } from './idempotency.ts';

describe('Idempotency-Key', () => {
  it.each(['8e03978e-40d5-43dd-bc93-6894a57f9324', '"quoted"', 'x'.repeat(maxKeyLength), ' trimmed '])(
    'takes %s',
    (header) => {
      expect(parseIdempotencyKey(header)).toEqual({ outcome: 'given', key: header.trim() });
    },
  );

  it.each(['', '  ', 'two words', 'x'.repeat(maxKeyLength + 1), 'tab\there', 'ümlaut', '\u0000'])(
    'calls %j malformed',
    (header) => {
      expect(parseIdempotencyKey(header)).toEqual({ outcome: 'malformed' });
    },
  );

  it('may be absent', () => {
    expect(parseIdempotencyKey(undefined)).toEqual({ outcome: 'absent' });
  });
});

describe('the hash of a request', () => {
  const hash = requestHash('POST', '/v1/products', { a: 1, b: ['x'] });

  it('is the same for the same members in another order, and for another query', () => {
    expect(requestHash('POST', '/v1/products', { b: ['x'], a: 1 })).toBe(hash);
    expect(requestHash('POST', '/v1/products?trace=1', { a: 1, b: ['x'] })).toBe(hash);
  });

  it('looks at every member, however deep it stands, and at the order of none', () => {
    const of = (body: object) => requestHash('POST', '/v1/orders', body);
    const body = (zip: string) => ({ to: { zip, town: 'x' }, lines: [{ amount: 1, of: 'a' }] });
    expect(of(body('1'))).not.toBe(of(body('2')));
    expect(of({ lines: [{ of: 'a', amount: 1 }], to: { town: 'x', zip: '1' } })).toBe(of(body('1')));
    expect(of({ lines: [{ of: 'a', amount: 2 }], to: { town: 'x', zip: '1' } })).not.toBe(of(body('1')));
    // A flat body has the hash that earlier releases stored.
    expect(hash).toBe(
      createHash('sha256').update('POST\n/v1/products\n{"a":1,"b":["x"]}').digest('base64url'),
    );
  });

  it.each([
    ['method', 'PUT', '/v1/products', { a: 1, b: ['x'] }],
    ['path', 'POST', '/v1/products/1', { a: 1, b: ['x'] }],
    ['value', 'POST', '/v1/products', { a: 2, b: ['x'] }],
    ['list', 'POST', '/v1/products', { a: 1, b: ['x', 'y'] }],
    ['member', 'POST', '/v1/products', { a: 1, b: ['x'], c: null }],
    ['body', 'POST', '/v1/products', undefined],
  ])('differs for another %s', (_name, method, url, body) => {
    expect(requestHash(method, url, body)).not.toBe(hash);
  });
});
