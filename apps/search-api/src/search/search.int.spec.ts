import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { step } from '@reprise/product-read-model/testing';
import { testEndpoints } from '@reprise/test-kit';
import type { SearchResult } from '../product-index.ts';
import { createSearchApi } from '../search-api.ts';
import { freshCatalogue, type Catalogue } from '../testing/catalogue.ts';

describe('the search', () => {
  let catalogue: Catalogue;
  let application: HttpApplication;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: catalogue.alias, projection: catalogue.alias },
      createLogger('search-api', { level: 'silent' }),
    );
    const add = async (name: string, day: number, ...events: Parameters<Catalogue['add']>[0]) => {
      ids[name] = await catalogue.add(events, { startedAt: new Date(Date.UTC(2026, 2, day)) });
    };
    const kettle = {
      title: 'Copper kettle',
      description: 'Boils fast.',
      brand: 'Oak',
      tags: ['tea'],
      priceMinor: 4_999,
    };
    const tent = {
      title: 'Tent for two',
      description: 'Sleeps two, with a mug hook.',
      brand: 'Fjell',
      categoryId: 'outdoor',
      tags: [],
    };
    const usd = { title: 'Travel mug', brand: 'Oak', currency: 'USD', priceMinor: 1_000, tags: ['travel'] };
    await add('mug', 1, step.created(), step.published());
    await add('kettle', 2, step.created({ ...kettle, stock: 0 }), step.published());
    await add(
      'tent',
      3,
      step.created({ ...tent, priceMinor: 25_000 }),
      step.published(),
      step.stockAdjusted(5),
    );
    await add('usd', 4, step.created(usd), step.published());
    await add('draft', 5, step.created({ title: 'Draft mug' }));
    await add(
      'unpublished',
      5,
      step.created({ title: 'Withdrawn mug' }),
      step.published(),
      step.unpublished(),
    );
    await add('deleted', 6, step.created({ title: 'Deleted mug' }), step.published(), step.deleted());
  });

  afterAll(() => application.close());

  async function get(path: string): Promise<{ status: number; body: unknown }> {
    const response = await application.nest.inject({ method: 'GET', url: path });
    return { status: response.statusCode, body: response.json() };
  }

  async function search(query: string): Promise<SearchResult> {
    const { status, body } = await get(`/v1/search?${query}`);
    expect({ query, status, body }).toMatchObject({ query, status: 200 });
    return body as SearchResult;
  }

  const names = (result: SearchResult): string[] =>
    result.hits.map(({ productId }) => Object.keys(ids).find((name) => ids[name] === productId) ?? productId);
  const found = async (query: string): Promise<string[]> => names(await search(query)).toSorted();

  it('finds words in title, brand, tags and description, the title first', async () => {
    expect(names(await search('q=mug')).at(-1)).toBe('tent');
    expect(await found('q=mug')).toEqual(['mug', 'tent', 'usd']);
    expect(await found('q=OAK')).toEqual(['kettle', 'usd']);
    expect(await found('q=camping')).toEqual(['mug']);
    expect(await found('q=boils')).toEqual(['kettle']);
  });

  it('wants every word, in whichever field, and takes the last one as a beginning in titles', async () => {
    expect(await found('q=oak%20mug')).toEqual(['usd']);
    expect(await found('q=enamel%20travel')).toEqual([]);
    expect(await found('q=copper%20ket')).toEqual(['kettle']);
  });

  it('never finds drafts, withdrawn or deleted products', async () => {
    expect(await found('')).toEqual(['kettle', 'mug', 'tent', 'usd']);
    for (const q of ['draft', 'withdrawn', 'deleted']) expect(await found(`q=${q}`)).toEqual([]);
  });

  it('treats wildcards and query syntax as plain text', async () => {
    for (const q of [
      '*',
      '?',
      'm*g',
      'title:mug',
      'mug OR kettle',
      '/.*/',
      'mug~2',
      '-mug +kettle',
      '"',
      '\\',
      ')(',
    ]) {
      const hits = await found(`q=${encodeURIComponent(q)}`);
      expect([q, hits]).toEqual([q, []]);
    }
    expect(await found(`q=${encodeURIComponent('"mug"')}`)).toEqual(['mug', 'tent', 'usd']);
  });

  it('filters by category, brand, tag, price, currency and availability', async () => {
    expect(await found('category=outdoor')).toEqual(['tent']);
    expect(await found('category=outdoor&category=kitchen')).toEqual(['kettle', 'mug', 'tent', 'usd']);
    expect(await found('brand=Fjell')).toEqual(['mug', 'tent']);
    expect(await found('tag=tea&tag=travel')).toEqual(['kettle', 'usd']);
    expect(await found('priceMin=1450&priceMax=4999')).toEqual(['kettle', 'mug']);
    expect(await found('priceMax=1449')).toEqual(['usd']);
    expect(await found('currency=USD')).toEqual(['usd']);
    expect(await found('available=true')).toEqual(['mug', 'tent', 'usd']);
    expect(await found('available=false')).toEqual(['kettle']);
    expect(await found('q=mug&category=kitchen&available=true&currency=EUR')).toEqual(['mug']);
  });

  it('takes blank parameters as absent', async () => {
    expect(await found('q=&category=&priceMin=&currency=&available=&sort=&cursor=')).toEqual(await found(''));
  });

  it('sorts by price within the currency, by age and by title', async () => {
    expect(names(await search('sort=price'))).toEqual(['mug', 'kettle', 'tent', 'usd']);
    expect(names(await search('sort=-price'))).toEqual(['tent', 'kettle', 'mug', 'usd']);
    expect(names(await search('sort=newest'))).toEqual(['usd', 'tent', 'kettle', 'mug']);
    expect(names(await search('sort=title'))).toEqual(['kettle', 'mug', 'tent', 'usd']);
    expect(names(await search(''))).toEqual(['usd', 'tent', 'kettle', 'mug']);
  });

  it('counts each facet under all filters but its own', async () => {
    const { facets, total } = await search('brand=Fjell&available=true');
    expect(total).toEqual({ value: 2, relation: 'eq' });
    expect(facets.brands).toEqual([
      { value: 'Fjell', count: 2 },
      { value: 'Oak', count: 1 },
    ]);
    expect(facets.categories).toEqual([
      { value: 'kitchen', count: 1 },
      { value: 'outdoor', count: 1 },
    ]);
    expect(facets.availability).toEqual({ available: 2, unavailable: 0 });
    expect(facets.tags).toEqual([{ value: 'camping', count: 1 }]);
    expect(facets.prices).toHaveLength(1);
    expect(facets.prices[0]).toMatchObject({ currency: 'EUR', count: 2, min: 1_450, max: 25_000 });
    const ranges = facets.prices[0]?.ranges.filter(({ count }) => count > 0);
    expect(ranges).toEqual([
      { from: 1_000, to: 2_500, count: 1 },
      { from: 25_000, to: 50_000, count: 1 },
    ]);
  });

  it('answers with the public fields of a product and nothing else', async () => {
    const { hits } = await search('q=enamel');
    expect(hits).toEqual([
      {
        productId: ids['mug'],
        title: 'Enamel mug',
        description: 'Holds 350 ml and survives a fall.',
        brand: 'Fjell',
        categoryId: 'kitchen',
        priceMinor: 1_450,
        currency: 'EUR',
        stock: 10,
        tags: ['camping'],
        version: 2,
        createdAt: '2026-03-01T00:00:00.000Z',
        updatedAt: '2026-03-01T00:00:01.000Z',
        score: expect.any(Number),
      },
    ]);
  });

  it('says which bound was broken', async () => {
    const { body } = await get('/v1/search?size=101&priceMin=-1');
    expect(body).toMatchObject({
      errors: [
        { field: 'priceMin', message: 'priceMin must not be less than 0' },
        { field: 'size', message: 'size must not be greater than 100' },
      ],
    });
  });

  it.each([
    'size=0',
    'size=101',
    'size=1.5',
    'size=ten',
    'size=1&size=2',
    'priceMin=-1',
    'priceMin=200&priceMax=100',
    'priceMax=99999999999999999',
    'currency=euro',
    'available=yes',
    'sort=stock',
    'sort=_score',
    `q=${'x'.repeat(201)}`,
    `${Array.from({ length: 21 }, (_, index) => `tag=t${index}`).join('&')}`,
    'q[match]=x',
    'page=2',
    `cursor=${'x'.repeat(4_001)}`,
  ])('refuses %s', async (query) => {
    const { status, body } = await get(`/v1/search?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'urn:reprise:problem:validation-failed',
      errors: expect.arrayContaining([{ field: expect.any(String), message: expect.any(String) }]),
    });
  });
});
