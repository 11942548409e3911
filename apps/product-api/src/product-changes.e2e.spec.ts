import { v7 } from 'uuid';
import { problemOf, type Answer, type Call } from '@reprise/write-api/testing';
import { startApi } from './testing/api-client.ts';
import { eventsOf, mug, writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;
let call: Call;

beforeAll(async () => {
  side = await writeSide(2);
  call = await startApi(side.fresh.url);
});

interface Change {
  readonly method: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What it makes of a new product. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Every route that changes a product, with a request that does. */
const changes: readonly Change[] = [
  { method: 'PATCH', path: '/details', body: { title: 'Tin mug' }, changes: { title: 'Tin mug' } },
  {
    method: 'PUT',
    path: '/price',
    body: { priceMinor: 999, currency: 'USD' },
    changes: { priceMinor: 999, currency: 'USD' },
  },
  { method: 'PUT', path: '/category', body: { categoryId: 'garden' }, changes: { categoryId: 'garden' } },
  { method: 'POST', path: '/stock-adjustments', body: { delta: -3, reason: 'sold' }, changes: { stock: 7 } },
  { method: 'POST', path: '/publish', changes: { status: 'published' } },
  { method: 'POST', path: '/unpublish', changes: { status: 'draft' } },
  { method: 'DELETE', path: '', body: { reason: 'recalled' }, changes: { status: 'deleted' } },
];
const cases = changes.map((change) => [`${change.method} ${change.path}`, change] as const);
const withBody = cases.filter(([, { body }]) => body !== undefined);

const create = async (): Promise<string> => {
  const { body } = await call('POST', '/v1/products', { body: mug });
  return String(body?.['id']);
};

/** A new product the change has something to do on: only a published one can be unpublished. */
const subject = async ({ path }: Change): Promise<{ id: string; etag: string }> => {
  const id = await create();
  if (path !== '/unpublish') return { id, etag: '"1"' };
  await call('POST', `/v1/products/${id}/publish`, { headers: { 'if-match': '*' } });
  return { id, etag: '"2"' };
};

const send = (
  change: Change,
  id: string,
  headers: Record<string, string>,
  body: unknown = change.body,
): Promise<Answer> => call(change.method, `/v1/products/${id}${change.path}`, { headers, body });

describe('every change', () => {
  it.each(cases)('%s is made to the version it expects and answers the next one', async (_name, change) => {
    const { id, etag } = await subject(change);
    const answer = await send(change, id, { 'if-match': etag });
    expect(answer.status).toBe(200);
    const version = Number(etag.slice(1, -1)) + 1;
    expect(answer.headers.get('etag')).toBe(`"${version}"`);
    expect(answer.body).toMatchObject({ ...mug, id, version, ...change.changes });
    expect((await eventsOf(side, id)).map((event) => event.aggregateversion)).toEqual(
      Array.from({ length: version }, (_, index) => index + 1),
    );
    if (change.method !== 'DELETE') {
      expect((await call('GET', `/v1/products/${id}`)).body).toEqual(answer.body);
    }
  });

  it.each(cases)('%s needs If-Match', async (_name, change) => {
    const { id } = await subject(change);
    expect(problemOf(await send(change, id, {}))).toBe('428 precondition-required');
  });

  it.each(cases)('%s refuses a malformed If-Match', async (_name, change) => {
    const { id } = await subject(change);
    expect(problemOf(await send(change, id, { 'if-match': '1' }))).toBe('400 malformed-if-match');
  });

  it.each(cases)('%s refuses a stale version and says which one is current', async (_name, change) => {
    const { id, etag } = await subject(change);
    const before = await side.counts();
    const answer = await send(change, id, { 'if-match': '"9"' });
    expect(problemOf(answer)).toBe('412 stale-version');
    expect(answer.body).toMatchObject({ currentVersion: Number(etag.slice(1, -1)) });
    expect(problemOf(await send(change, id, { 'if-match': `W/${etag}` }))).toBe('412 stale-version');
    expect(await side.counts()).toEqual(before);
  });

  it.each(cases)('%s is made to any version by *, and to one of a list', async (_name, change) => {
    const any = await subject(change);
    expect((await send(change, any.id, { 'if-match': '*' })).status).toBe(200);
    const listed = await subject(change);
    expect((await send(change, listed.id, { 'if-match': `"8", ${listed.etag}` })).status).toBe(200);
  });

  it.each(cases)('%s answers 404 for a product that never was', async (_name, change) => {
    expect(problemOf(await send(change, v7(), { 'if-match': '"1"' }))).toBe('404 product-not-found');
  });

  it.each(cases)(
    '%s answers 410 for a deleted product, whatever version is expected',
    async (_name, change) => {
      const id = await create();
      await call('DELETE', `/v1/products/${id}`, { headers: { 'if-match': '*' } });
      expect(problemOf(await send(change, id, { 'if-match': '"1"' }))).toBe('410 product-deleted');
      expect(problemOf(await send(change, id, { 'if-match': '*' }))).toBe('410 product-deleted');
    },
  );

  it.each(cases)('%s answers 400 for an id that is none', async (_name, change) => {
    expect(problemOf(await send(change, 'no-uuid', { 'if-match': '"1"' }))).toBe('400 validation-failed');
  });

  it.each(withBody)('%s refuses members that are not its own', async (_name, change) => {
    const { id, etag } = await subject(change);
    const before = await side.counts();
    for (const field of ['id', 'version', 'createdAt', 'status', 'aggregateVersion']) {
      const answer = await send(change, id, { 'if-match': etag }, { ...change.body, [field]: 7 });
      expect(problemOf(answer)).toBe('400 validation-failed');
      expect(answer.body?.['errors']).toEqual([{ field, message: `property ${field} should not exist` }]);
    }
    expect(await side.counts()).toEqual(before);
  });

  it.each(cases)(
    '%s has one effect for one Idempotency-Key, though the version has moved on',
    async (_name, change) => {
      const { id, etag } = await subject(change);
      const headers = { 'if-match': etag, 'idempotency-key': v7() };
      const first = await send(change, id, headers);
      expect(first.status).toBe(200);
      const before = await side.counts();
      const again = await send(change, id, headers);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(await side.counts()).toEqual(before);
    },
  );

  it('is in this list', async () => {
    const { body } = await call('GET', '/openapi.json');
    const paths = body?.['paths'] as Record<string, Record<string, unknown>>;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = changes.map(({ method, path }) => `${method} /v1/products/{id}${path}`);
    expect(routes.sort()).toEqual(['GET /v1/products/{id}', 'POST /v1/products', ...listed].sort());
  });
});
