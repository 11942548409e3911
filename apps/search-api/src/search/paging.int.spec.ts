import { randomUUID } from 'node:crypto';
import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { step } from '@reprise/product-read-model/testing';
import { elasticsearch, testEndpoints } from '@reprise/test-kit';
import fc from 'fast-check';
import type { SearchResult } from '../product-index.ts';
import { createSearchApi } from '../search-api.ts';
import { freshCatalogue, type Catalogue } from '../testing/catalogue.ts';
import { sortOrders } from './criteria.ts';

interface Begun {
  readonly ids: readonly string[];
  /** Null once the last page has been read. */
  readonly cursor: string | null;
}

const invalidCursor = 'urn:reprise:problem:invalid-cursor';

describe('the pages of a search', () => {
  let catalogue: Catalogue;
  let application: HttpApplication;
  let all: string[];

  beforeAll(async () => {
    catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    const { alias } = catalogue;
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: alias, projection: alias },
      createLogger('search-api', { level: 'silent' }),
    );
    // Many equal keys, so that only the tie-breaker distinguishes products.
    all = await addAll(
      Array.from({ length: 13 }, (_, index) => ({
        title: index % 2 === 0 ? 'Plain mug' : 'Plain mug, plain',
        priceMinor: 100 * (index % 3),
      })),
    );
  });

  afterEach(() => catalogue.switchBack());
  afterAll(() => application.close());

  function addAll(created: readonly Parameters<typeof step.created>[0][]): Promise<string[]> {
    const histories = created.map((data) => [step.created(data), step.published()]);
    return catalogue.addAll(histories, new Date('2026-03-01T00:00:00Z'));
  }

  const get = (query: string) => application.nest.inject({ method: 'GET', url: `/v1/search?${query}` });

  async function page(query: string): Promise<SearchResult> {
    const response = await get(query);
    expect([query, response.statusCode, response.body]).toEqual([query, 200, expect.anything()]);
    return response.json<SearchResult>();
  }

  /** Reads pages up to the end, or as many as are asked for. */
  async function read(query: string, from: Begun = { ids: [], cursor: '' }, pages = 20): Promise<Begun> {
    let { ids, cursor } = from;
    for (let turn = 0; cursor !== null && turn < pages; turn += 1) {
      const { hits, nextCursor }: SearchResult = await page(`${query}&size=3&cursor=${cursor}`);
      ids = [...ids, ...hits.map(({ productId }) => productId)];
      cursor = nextCursor;
    }
    return { ids, cursor };
  }

  /** The ids of all pages by every order; `between` happens once each order has been read two pages far. */
  async function readAll(
    text: string,
    between?: () => Promise<unknown>,
  ): Promise<Record<string, readonly string[]>> {
    const orders = sortOrders.map((sort) => ({ sort, query: `q=${encodeURIComponent(text)}&sort=${sort}` }));
    const begun = await Promise.all(orders.map(({ query }) => read(query, undefined, 2)));
    await between?.();
    const ended = await Promise.all(orders.map(({ query }, index) => read(query, begun[index])));
    expect(ended.map(({ cursor }) => cursor)).toEqual(orders.map(() => null));
    return Object.fromEntries(orders.map(({ sort }, index) => [sort, ended[index]!.ids]));
  }

  async function refused(query: string, detail: RegExp): Promise<void> {
    const response = await get(query);
    expect([query, response.statusCode]).toEqual([query, 400]);
    expect(response.json()).toMatchObject({ type: invalidCursor, detail: expect.stringMatching(detail) });
  }

  it('show every product once, by every order', async () => {
    for (const ids of Object.values(await readAll('mug'))) expect(ids.toSorted()).toEqual(all.toSorted());
  });

  it('stay in the generation they were begun on when readers are switched, by every order', async () => {
    const expected = await readAll('mug');
    expect(await readAll('mug', () => catalogue.switchTo('rebuilt'))).toEqual(expected);
    await catalogue.switchBack();
    expect(await readAll('mug', () => catalogue.switchTo('empty'))).toEqual(expected);
  });

  it('are read through the alias only while that is narrowed', async () => {
    const { nextCursor } = await page('sort=price&size=3');
    const index = await catalogue.switchTo('rebuilt');
    const filter = { term: { priceMinor: 0 } };
    await elasticsearch().indices.putAlias({ index, name: catalogue.alias, filter });
    await refused(`sort=price&size=3&cursor=${nextCursor}`, /start the search again/);
  });

  it('are of no index that is not a generation of the projection, whatever a cursor says', async () => {
    const client = elasticsearch();
    const { nextCursor } = await page('sort=price&size=3');
    const content = JSON.parse(Buffer.from(nextCursor!, 'base64url').toString()) as unknown[];
    const strangers = {
      [`${catalogue.alias}_v9_other`]: 'other',
      [`${catalogue.alias}-copy`]: catalogue.alias,
    };
    for (const [index, projection] of Object.entries(strangers)) {
      const uuid = randomUUID();
      await client.indices.create({ index, mappings: { _meta: { uuid, projection } } });
      for (const generation of [uuid, index, randomUUID(), '*']) {
        const cursor = Buffer.from(JSON.stringify(content.with(2, generation))).toString('base64url');
        expect([generation, (await get(`sort=price&size=3&cursor=${cursor}`)).statusCode]).toEqual([
          generation,
          400,
        ]);
      }
    }
  });

  it('are never a server’s fault, whatever a cursor holds', async () => {
    const valueText = fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.double().map(String),
      fc.bigInt().map(String),
      fc.constantFrom(
        'null',
        '1e19',
        '-1e400',
        '1e-400',
        'NaN',
        '-0',
        '"\\ud800"',
        '"\\u0000"',
        '""',
        '[]',
        '{}',
      ),
      fc.string({ unit: 'binary', maxLength: 500 }).map((text) => JSON.stringify(text)),
    );
    for (const sort of sortOrders) {
      const { nextCursor } = await page(`q=mug&sort=${sort}&size=3`);
      const [head = ''] = /^\[2,"\w+","[^"]+",/.exec(Buffer.from(nextCursor!, 'base64url').toString()) ?? [];
      expect(head).not.toBe('');
      const length = sort === 'newest' || sort === 'title' ? 2 : 3;
      const lists = fc.oneof(
        { weight: 5, arbitrary: fc.array(valueText, { minLength: length, maxLength: length }) },
        fc.array(valueText, { maxLength: 5 }),
      );
      await fc.assert(
        fc.asyncProperty(lists, async (list) => {
          const cursor = Buffer.from(`${head}${list.join(',')}]`).toString('base64url');
          const { statusCode } = await get(`q=mug&sort=${sort}&size=3&cursor=${cursor}`);
          expect([list, [200, 400].includes(statusCode)]).toEqual([list, true]);
        }),
        { numRuns: 40 },
      );
    }
  });

  it('end exactly, without an empty page', async () => {
    const { hits, nextCursor } = await page('size=13');
    expect(hits).toHaveLength(13);
    expect(nextCursor).toBeNull();
  });

  it('may change their size on the way', async () => {
    const first = await page('sort=price&size=3');
    const second = await page(`sort=price&size=20&cursor=${first.nextCursor}`);
    const together = [...first.hits, ...second.hits].map(({ productId }) => productId);
    expect(together.toSorted()).toEqual(all.toSorted());
  });

  it('do not continue another search, nor nonsense', async () => {
    const { nextCursor } = await page('sort=price&size=3');
    await refused(`sort=title&cursor=${nextCursor}`, /other parameters/);
    await refused(`sort=price&q=mug&cursor=${nextCursor}`, /other parameters/);
    await refused('cursor=abc', /did not issue the cursor/);
  });

  // These change the catalogue for good.

  it('show every product that stays as it is once, whatever is written meanwhile, by every order', async () => {
    const expected = await readAll('plain mug');
    const seen = await readAll('plain mug', async () => {
      // How rare a word is changes with them, and with it every score that counts that.
      const titles = ['Plain', 'Plain mug', ...Array.from({ length: 30 }, () => 'Mug')];
      await addAll(titles.map((title) => ({ title })));
    });
    const stayed = Object.entries(seen).map(([sort, ids]) => [sort, ids.filter((id) => all.includes(id))]);
    expect(Object.fromEntries(stayed)).toEqual(expected);
  });

  it('hold the longest titles too', async () => {
    const long = ['ﷺ', '\u0001', '💡', 'Ǆ'].map((character) => character.repeat(200));
    const added = await addAll(long.flatMap((title) => [{ title }, { title }]));
    const { ids, cursor } = await read('sort=title');
    expect(cursor).toBeNull();
    expect(ids).toEqual(expect.arrayContaining(added));
    expect(new Set(ids).size).toBe(ids.length);
    // The first of them is four words a character: a search takes at most 100.
    for (const title of long) await page(`q=${encodeURIComponent(title.slice(0, 24))}&sort=relevance`);
  });

  it('end with a word on what to do when the generation is gone, deleted or closed', async () => {
    for (const take of ['delete', 'close'] as const) {
      const index = await catalogue.switchTo('rebuilt');
      const { nextCursor } = await page('size=3');
      await catalogue.switchTo('rebuilt');
      await page(`size=3&cursor=${nextCursor}`);
      await elasticsearch().indices[take]({ index });
      await refused(`size=3&cursor=${nextCursor}`, /rebuilt.*start the search again/);
    }
  });
});
