import { problemOf, type Call } from '@reprise/write-api/testing';
import { startApi } from './testing/api-client.ts';
import { eventsOf, mug, writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;
let call: Call;

beforeAll(async () => {
  side = await writeSide(2);
  call = await startApi(side.fresh.url);
});

const create = async (): Promise<string> => {
  const { body } = await call('POST', '/v1/products', { body: mug });
  return String(body?.['id']);
};

describe('creating a product', () => {
  it('answers 201 with the draft, where it is and its version', async () => {
    const answer = await call('POST', '/v1/products', { body: mug });
    expect(answer.status).toBe(201);
    const id = String(answer.body?.['id']);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer.headers.get('location')).toBe(`/v1/products/${id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.body).toEqual({
      ...mug,
      id,
      version: 1,
      status: 'draft',
      createdAt: expect.any(String),
      updatedAt: answer.body?.['createdAt'],
    });
    const read = await call('GET', `/v1/products/${id}`);
    expect(read.body).toEqual(answer.body);
    expect(read.headers.get('etag')).toBe('"1"');
  });

  it('needs no brand and shows none then', async () => {
    const { brand: _, ...plain } = mug;
    const answer = await call('POST', '/v1/products', { body: plain });
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('brand');
  });

  it('keeps correlation id and trace context in the event', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await call('POST', '/v1/products', {
      body: mug,
      headers: { 'x-correlation-id': 'import-7', traceparent },
    });
    expect(answer.headers.get('x-correlation-id')).toBe('import-7');
    const [event] = await eventsOf(side, String(answer.body?.['id']));
    expect(event).toMatchObject({
      correlationid: 'import-7',
      traceparent,
      type: 'product.created.v1',
      data: mug,
    });
  });

  it('leaves a trace context out that is none', async () => {
    const answer = await call('POST', '/v1/products', { body: mug, headers: { traceparent: 'x' } });
    const [event] = await eventsOf(side, String(answer.body?.['id']));
    expect(event).not.toHaveProperty('traceparent');
  });

  it('names everything that is wrong with a body', async () => {
    const answer = await call('POST', '/v1/products', {
      body: {
        ...mug,
        title: '',
        priceMinor: '100',
        currency: 'eur',
        stock: -1,
        tags: ['ok', ''],
        brand: null,
        categoryId: undefined,
      },
    });
    expect(problemOf(answer)).toBe('400 validation-failed');
    const fields = (answer.body?.['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(['brand', 'categoryId', 'currency', 'priceMinor', 'stock', 'tags', 'title']);
  });

  it.each([
    ['title', 'x'.repeat(201)],
    ['title', 'NUL \u0000'],
    ['title', 'half a pair \ud800'],
    ['description', 'x'.repeat(10_001)],
    ['brand', ''],
    ['categoryId', 'x'.repeat(65)],
    ['priceMinor', 1.5],
    ['priceMinor', -1],
    ['priceMinor', 2 ** 53],
    ['stock', 2 ** 31],
    ['tags', Array.from({ length: 21 }, String)],
    ['tags', 'camping'],
    ['tags', [['nested']]],
    ['tags', { 0: 'a' }],
    ['title', { $gt: '' }],
  ])('refuses %s that an event cannot carry', async (field, value) => {
    const before = await side.counts();
    const answer = await call('POST', '/v1/products', { body: { ...mug, [field]: value } });
    expect(problemOf(answer)).toBe('400 validation-failed');
    expect(answer.body?.['errors']).toEqual([{ field, message: expect.any(String) }]);
    expect(await side.counts()).toEqual(before);
  });

  it('takes every value at its limit', async () => {
    const limits = {
      title: '\u{1F600}'.repeat(200),
      description: 'é'.repeat(10_000),
      brand: 'b'.repeat(100),
      categoryId: 'c'.repeat(64),
      priceMinor: Number.MAX_SAFE_INTEGER,
      currency: 'JPY',
      stock: 2_147_483_647,
      tags: Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(50, 't')),
    };
    const answer = await call('POST', '/v1/products', { body: limits });
    expect(answer.body).toMatchObject(limits);
    const read = await call('GET', `/v1/products/${String(answer.body?.['id'])}`);
    expect(read.body).toEqual(answer.body);
  });
});

describe('rules of the product', () => {
  it('refuse to take more than there is in stock', async () => {
    const id = await create();
    const answer = await call('POST', `/v1/products/${id}/stock-adjustments`, {
      body: { delta: -11 },
      headers: { 'if-match': '"1"' },
    });
    expect(problemOf(answer)).toBe('409 insufficient-stock');
    expect(answer.body?.['detail']).toMatch(/Nothing was changed\.$/);
  });

  it.each([
    ['PUT', '/price', { priceMinor: mug.priceMinor, currency: mug.currency }],
    ['PATCH', '/details', { title: mug.title, tags: mug.tags }],
    ['POST', '/unpublish', undefined],
  ])(
    'change nothing for %s %s in the current state: 200, the same version, no event',
    async (method, path, body) => {
      const id = await create();
      const answer = await call(method, `/v1/products/${id}${path}`, {
        headers: { 'if-match': '"1"' },
        body,
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('etag')).toBe('"1"');
      expect(await eventsOf(side, id)).toHaveLength(1);
    },
  );

  it.each([
    ['/details', 'PATCH', {}, 'body'],
    ['/details', 'PATCH', { title: null }, 'title'],
    ['/stock-adjustments', 'POST', { delta: 0 }, 'delta'],
    ['/stock-adjustments', 'POST', { delta: 2 ** 31 }, 'delta'],
    ['/price', 'PUT', { priceMinor: 5 }, 'currency'],
  ])('refuse on %s by %s the body %j', async (path, method, body, field) => {
    const id = await create();
    const answer = await call(method, `/v1/products/${id}${path}`, { headers: { 'if-match': '"1"' }, body });
    expect(problemOf(answer)).toBe('400 validation-failed');
    expect(answer.body?.['errors']).toEqual([expect.objectContaining({ field })]);
  });
});

describe('50 parallel changes with the same If-Match', () => {
  it('answer exactly one 200 and 49 times 412, and the versions have no gap', async () => {
    const id = await create();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        call('PATCH', `/v1/products/${id}/details`, {
          headers: { 'if-match': '"1"' },
          body: { title: `Mug ${index}` },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
    expect((await eventsOf(side, id)).map((event) => event.aggregateversion)).toEqual([1, 2]);
  });
});
