import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { step } from '@reprise/product-read-model/testing';
import { elasticsearch, testEndpoints } from '@reprise/test-kit';
import type { SearchResult } from '../product-index.ts';
import { createSearchApi } from '../search-api.ts';
import { freshCatalogue, type Catalogue } from '../testing/catalogue.ts';

describe('texts of any language', () => {
  let catalogue: Catalogue;
  let application: HttpApplication;

  beforeAll(async () => {
    catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: catalogue.alias, projection: catalogue.alias },
      createLogger('search-api', { level: 'silent' }),
    );
  });

  afterEach(() => catalogue.switchBack());
  afterAll(() => application.close());

  function add(...created: Parameters<typeof step.created>[0][]): Promise<string[]> {
    const histories = created.map((data) => [step.created(data), step.published()]);
    return catalogue.addAll(histories, new Date('2026-03-01T00:00:00Z'));
  }

  async function search(parameters: Record<string, string>): Promise<SearchResult> {
    const url = `/v1/search?${new URLSearchParams(parameters)}`;
    const response = await application.nest.inject({ method: 'GET', url });
    expect([url, response.statusCode]).toEqual([url, 200]);
    return response.json<SearchResult>();
  }

  const titles = ({ hits }: SearchResult): string[] => hits.map(({ title }) => title);

  it.each([
    ['Éclair', ['eclair', 'ECLAIR', 'éclair', 'e\u0301clair', 'écl']],
    ['E\u0301pi d’or', ['epi', 'Épi', 'épi']],
    ['Straßenschild', ['strassenschild', 'STRASSEN', 'straße']],
    ['Łódź ærø', ['lodz aero', 'ŁÓDŹ', 'Ærø']],
    ['İstanbul ılık', ['istanbul', 'ISTANBUL ILIK', 'ilik']],
    ['Σίσυφος', ['ΣΙΣΥΦΟΣ', 'σισυφοσ']],
    ['ガラス', ['ガラス', 'ｶﾞﾗｽ', 'カ\u3099ラス']],
    ['한국어 사전', ['한국어', '한국어'.normalize('NFD')]],
    ['हिन्दी किताब', ['हिन्दी']],
  ])('find %s however it is typed', async (title, typed) => {
    const details = { description: 'Nothing of that.', brand: 'Fjell', tags: [] };
    const field = {
      title: { title },
      brand: { brand: title },
      tags: { tags: [title] },
      description: { description: title },
    };
    const ids = await add(...Object.values(field).map((data) => ({ ...details, title: 'Thing', ...data })));
    for (const q of typed) {
      const { hits } = await search({ q });
      // The beginning of a word is enough in titles only.
      expect([q, hits.map(({ productId }) => productId)]).toEqual([q, expect.arrayContaining([ids[0]])]);
    }
    const { hits } = await search({ q: typed[0]!, sort: 'newest' });
    expect(hits.map(({ productId }) => productId)).toEqual(expect.arrayContaining(ids));
  });

  it('keep kana, Indic words and others apart that differ by more than an accent', async () => {
    await add({ title: 'バス' }, { title: 'कल' });
    expect(titles(await search({ q: 'ハス' }))).toEqual([]);
    expect(titles(await search({ q: 'काल' }))).toEqual([]);
  });

  it('sort titles by their letters, not by capitals and accents', async () => {
    const unsorted = ['Zebra', 'apple', 'Éclair', 'eclipse', 'Apple pie', 'zèbre', 'E\u0301cu', 'Ångström'];
    await add(...unsorted.map((title) => ({ title, categoryId: 'sorted' })));
    expect(titles(await search({ category: 'sorted', sort: 'title' }))).toEqual([
      'Ångström',
      'apple',
      'Apple pie',
      'Éclair',
      'eclipse',
      'Écu',
      'Zebra',
      'zèbre',
    ]);
  });

  it('are one value of a facet and of a filter in either Unicode form, and shown composed', async () => {
    const composed = { brand: 'Caf\u00e9 Noir', tags: ['cr\u00e8me'], categoryId: 'th\u00e9' };
    const decomposed = { brand: 'Cafe\u0301 Noir', tags: ['cre\u0300me'], categoryId: 'the\u0301' };
    await add(composed, decomposed);
    for (const { brand, tags, categoryId } of [composed, decomposed]) {
      const result = await search({ brand, tag: tags[0]!, category: categoryId });
      expect(result.hits.map(({ brand, tags, categoryId }) => ({ brand, tags, categoryId }))).toEqual([
        composed,
        composed,
      ]);
      expect(result.facets.brands).toEqual([{ value: composed.brand, count: 2 }]);
    }
  });

  it('put the title that is the text itself first, then the newest', async () => {
    await add({ title: 'Lamp shade' }, { title: 'LÅMP' });
    await catalogue.add([step.created({ title: 'Lamp, bright' }), step.published()], {
      startedAt: new Date('2026-05-01'),
    });
    expect(titles(await search({ q: 'lamp' }))).toEqual(['LÅMP', 'Lamp, bright', 'Lamp shade']);
  });

  it('say how much a facet leaves out', async () => {
    const count = 53;
    await add(
      ...Array.from({ length: count }, (_, index) => ({
        brand: `Brand ${index}`,
        tags: [`tag ${index}`, 'common'],
        categoryId: 'facets',
        currency: `A${String.fromCharCode(65 + (index % 12))}A`,
      })),
    );
    const { facets } = await search({ category: 'facets' });
    expect([facets.brands.length, facets.tags.length, facets.prices.length]).toEqual([50, 50, 10]);
    expect(facets.others).toMatchObject({ brands: 3, tags: 4 });
    const priced = facets.prices.reduce((sum, price) => sum + price.count, 0);
    expect(facets.others.prices).toBe(count - priced);
    expect(facets.others.prices).toBeGreaterThan(0);
    const narrow = await search({ brand: 'Brand 7', category: 'facets' });
    expect(narrow.facets.others).toMatchObject({ categories: 0, tags: 0, prices: 0 });
  });

  it('are found and paged in an index of the projection’s version before, which holds none of them folded', async () => {
    const index = `${catalogue.alias}_v0`;
    const client = elasticsearch();
    const text = { type: 'text' } as const;
    await client.indices.create({
      index,
      mappings: {
        _meta: { uuid: '00000000-0000-4000-8000-000000000000', projection: catalogue.alias },
        properties: {
          title: text,
          status: { type: 'keyword' },
          productId: { type: 'keyword' },
          tags: { type: 'keyword' },
        },
      },
    });
    const documents = ['a', 'b', 'c'].map((productId) => ({
      productId,
      title: 'Old mug',
      status: 'published',
      tags: [],
    }));
    const operations = documents.flatMap((document) => [{ index: {} }, document]);
    await client.bulk({ index, operations, refresh: true });
    await catalogue.switchTo('nothing');
    await client.indices.putAlias({ index, name: catalogue.alias });
    const first = await search({ q: 'Mug', sort: 'title', size: '2' });
    const second = await search({ q: 'Mug', sort: 'title', size: '2', cursor: first.nextCursor! });
    expect([first, second].flatMap(({ hits }) => hits.map(({ productId }) => productId))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
