import { sortOrders, type SearchCriteria } from './criteria.ts';
import { searchBody } from './search-body.ts';
import { mostWords } from './search-products.query.ts';

const everything: SearchCriteria = {
  text: 'mug',
  categories: ['kitchen'],
  brands: ['Fjell', 'Oak'],
  tags: ['camping'],
  priceMin: 100,
  priceMax: 200,
  currency: 'EUR',
  available: true,
  sort: 'relevance',
};

describe('the body of a search', () => {
  it('finds published products only, whatever it is asked for', () => {
    for (const sort of sortOrders) {
      for (const criteria of [{ sort }, { ...everything, sort }]) {
        const { query } = searchBody(criteria, { size: 1 });
        expect(query?.bool?.filter).toEqual([{ term: { status: 'published' } }]);
      }
    }
  });

  it('narrows the hits by every filter and each facet by all but its own', () => {
    const { post_filter, aggs } = searchBody(everything, { size: 1 });
    const filters = JSON.stringify(post_filter);
    for (const field of ['categoryId', 'brand', 'tags', 'priceMinor', 'currency', 'stock']) {
      expect(filters).toContain(`"${field}"`);
    }
    const own = {
      categories: 'categoryId',
      brands: 'brand',
      tags: 'tags',
      prices: 'priceMinor',
      availability: 'stock',
    };
    for (const [facet, field] of Object.entries(own)) {
      const under = JSON.stringify(aggs?.[facet]?.filter);
      expect(under).not.toContain(`"${field}"`);
      for (const other of Object.values(own).filter((one) => one !== field))
        expect(under).toContain(`"${other}"`);
    }
  });

  it('ends every order with the product id, so that it is total', () => {
    for (const sort of sortOrders) {
      const { sort: clause } = searchBody({ sort }, { size: 1 });
      expect(Array.isArray(clause) && clause.at(-1)).toEqual({ productId: { order: 'asc' } });
    }
  });

  it('takes the text as words, never as query syntax', () => {
    const text = 'title:* OR (status:deleted) /.*/ ~2';
    const body = JSON.stringify(searchBody({ text, sort: 'relevance' }, { size: 1 }));
    expect(body).not.toMatch(/query_string|"script|"wildcard|"regexp|"fuzzy/);
    expect(body).not.toMatch(/(?<!"title|"folded\.title|"titleSort|"query)":"title:/);
    expect(body).toContain(JSON.stringify(text));
  });

  it('stays below the clauses that any Elasticsearch accepts, with the most words of a text', () => {
    const { query } = searchBody({ text: 'a', sort: 'relevance' }, { size: 1 });
    const text = JSON.stringify(query);
    const [, fields = '[]'] = /"fields":(\[[^\]]+\])/.exec(text) ?? [];
    const count = (clause: string): number => text.split(clause).length - 1;
    const perWord = (JSON.parse(fields) as []).length + count('"match_bool_prefix"');
    expect([perWord, count('"term"')]).toEqual([10, 2]);
    expect(perWord * mostWords + count('"term"')).toBeLessThanOrEqual(1_024);
  });

  it('asks for public fields only', () => {
    const { _source } = searchBody(everything, { size: 1 });
    expect(_source).not.toContain('status');
    expect(_source).not.toContain('reprise');
    expect(_source).toContain('title');
  });
});
