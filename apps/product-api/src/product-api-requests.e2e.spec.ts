import { v7 } from 'uuid';
import { gzipSync } from 'node:zlib';
import { testCredential } from '@reprise/test-kit';
import { problemOf, type Answer, type StartedApi } from '@reprise/write-api/testing';
import { startApi } from './testing/api-client.ts';
import { mug, writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;
let call: StartedApi;

beforeAll(async () => {
  side = await writeSide(2);
  call = await startApi(side.fresh.url);
});

describe('a body', () => {
  const hostile = [
    ['__proto__', `{"__proto__":{"admin":true},${JSON.stringify(mug).slice(1)}`],
    ['__proto__ in an escape', `{"\\u005f_proto__":{"admin":true},${JSON.stringify(mug).slice(1)}`],
    ['constructor.prototype', `{"constructor":{"prototype":{"admin":true}},${JSON.stringify(mug).slice(1)}`],
    ['a nested __proto__', `{"tags":[{"__proto__":{"admin":true}}],"title":"x"}`],
  ] as const;

  it.each(hostile)('with %s is refused and pollutes nothing', async (_name, body) => {
    const before = await side.counts();
    expect(problemOf(await call('POST', '/v1/products', { body }))).toMatch(/^400 /);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(await side.counts()).toEqual(before);
  });

  it.each(['prototype', 'constructor', 'hasOwnProperty', 'toString'])(
    'with a member %s is refused like one with any other unknown member',
    async (name) => {
      const before = await side.counts();
      const answer = await call('POST', '/v1/products', { body: { ...mug, [name]: { admin: true } } });
      expect(problemOf(answer)).toBe('400 validation-failed');
      expect(answer.body?.['errors']).toEqual([
        { field: name, message: `property ${name} should not exist` },
      ]);
      expect(await side.counts()).toEqual(before);
    },
  );

  it('that is not UTF-8 stores nothing, with a length, in chunks or compressed', async () => {
    const before = await side.counts();
    const latin1 = Buffer.from(JSON.stringify({ ...mug, title: 'caf\u00e9' }), 'latin1');
    const headers = { ...testCredential, 'content-type': 'application/json' };
    const chunks = ReadableStream.from([latin1]);
    const url = `${call.origin}/v1/products`;
    const answers = [
      await fetch(url, { method: 'POST', headers, body: latin1 }),
      await fetch(url, { method: 'POST', headers, body: chunks, duplex: 'half' } as RequestInit),
      await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-encoding': 'gzip' },
        body: gzipSync(latin1),
      }),
    ];
    const problems = answers.map(async (one) => [
      one.status,
      ((await one.json()) as Answer['body'])?.['detail'],
    ]);
    expect(await Promise.all(problems)).toEqual([
      [400, expect.stringContaining('not UTF-8')],
      [400, expect.stringContaining('not UTF-8')],
      [415, expect.stringContaining('must not be compressed')],
    ]);
    expect(await side.counts()).toEqual(before);
  });

  it.each([
    ['POST', '/publish'],
    ['DELETE', ''],
  ])('that is none, from a client that names JSON in every %s%s, is none', async (method, path) => {
    const id = await side.create();
    const headers = { 'content-type': 'application/json', 'if-match': '*' };
    expect((await call(method, `/v1/products/${id}${path}`, { headers })).status).toBe(200);
  });

  it.each(['[]', '"text"', '7', 'null', '{', ''])('%j is refused', async (body) => {
    const answer = await call('POST', '/v1/products', { body });
    expect(problemOf(answer)).toMatch(/^400 /);
  });

  it('that is larger than 100 KiB is too large', async () => {
    const body = { ...mug, description: 'x'.repeat(101 * 1024) };
    expect(problemOf(await call('POST', '/v1/products', { body }))).toBe('413 payload-too-large');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
  ])('of %s is not taken', async (type) => {
    const answer = await call('POST', '/v1/products', { body: 'title=x', headers: { 'content-type': type } });
    expect(problemOf(answer)).toBe('415 unsupported-media-type');
  });
});

describe('a path', () => {
  it.each([
    ['GET', '/v2/products'],
    ['PUT', '/v1'],
    ['POST', `/v1/products/${v7()}/prices`],
  ])('that %s %s names does not exist', async (method, path) => {
    expect(problemOf(await call(method, path))).toBe('404 not-found');
  });

  it.each([
    ['GET', '/v1/products', 'OPTIONS, POST'],
    ['PUT', '/v1/products', 'OPTIONS, POST'],
    ['POST', `/v1/products/${v7()}/price`, 'OPTIONS, PUT'],
    ['PATCH', `/v1/products/${v7()}`, 'DELETE, GET, HEAD, OPTIONS'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
  ])('that has no %s (%s) says what it has', async (method, path, allow) => {
    const answer = await call(method, path);
    expect(problemOf(answer)).toBe('405 method-not-allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('with a broken escape is refused', async () => {
    expect(problemOf(await call('GET', '/v1/products/%E0%A4%A'))).toBe('400 bad-request');
  });

  it('of a product that never was, or was deleted, says so', async () => {
    expect(problemOf(await call('GET', `/v1/products/${v7()}`))).toBe('404 product-not-found');
    const id = await side.create();
    await call('DELETE', `/v1/products/${id}`, { headers: { 'if-match': '*' } });
    expect(problemOf(await call('GET', `/v1/products/${id}`))).toBe('410 product-deleted');
    expect(problemOf(await call('GET', `/v1/products/${id}'%20OR%201=1`))).toBe('400 validation-failed');
  });
});

describe('an Idempotency-Key', () => {
  it('makes a repeated creation answer as the first time and create nothing', async () => {
    const headers = { 'idempotency-key': v7() };
    const first = await call('POST', '/v1/products', { headers, body: mug });
    const before = await side.counts();
    const reordered = Object.fromEntries(Object.entries(mug).reverse());
    const again = await call('POST', '/v1/products', { headers, body: reordered });
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(await side.counts()).toEqual(before);
  });

  it('is refused for another body, and for another path', async () => {
    const headers = { 'idempotency-key': v7(), 'if-match': '*' };
    const { body } = await call('POST', '/v1/products', { headers, body: mug });
    const other = await call('POST', '/v1/products', { headers, body: { ...mug, stock: 11 } });
    expect(problemOf(other)).toBe('422 idempotency-key-reused');
    const path = `/v1/products/${String(body?.['id'])}/publish`;
    expect(problemOf(await call('POST', path, { headers }))).toBe('422 idempotency-key-reused');
  });

  it('creates one product when 20 requests bring it at once', async () => {
    const headers = { 'idempotency-key': v7() };
    const before = await side.counts();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call('POST', '/v1/products', { headers, body: mug })),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body?.['id'])}`)).size).toBe(1);
    expect((await side.counts()).products).toBe(before.products + 1);
  });

  it.each(['', 'with space', 'x'.repeat(256), 'schl\u00fcssel'])('%j is malformed', async (key) => {
    const answer = await call('POST', '/v1/products', { headers: { 'idempotency-key': key }, body: mug });
    expect(problemOf(answer)).toBe('400 malformed-idempotency-key');
  });
});

describe('operations', () => {
  it('answer that the process lives and is ready', async () => {
    expect((await call('GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await call('GET', '/health/ready')).body).toEqual({ status: 'ready' });
    const { body } = await call('GET', '/health/checks');
    expect(body).toEqual({ status: 'ready', checks: { writeDatabase: 'ok' } });
  });

  it('send security headers and no sign of the framework', async () => {
    const { headers } = await call('GET', '/health/live');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
