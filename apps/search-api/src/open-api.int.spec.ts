import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { foldedText } from '@reprise/read-model-documents';
import { productSearchStorage } from '@reprise/product-read-model';
import { step } from '@reprise/product-read-model/testing';
import { elasticsearch, testEndpoints } from '@reprise/test-kit';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mostCurrencies, mostValues } from './search/facets.ts';
import { exactTotals, shardTimeout } from './search/search-body.ts';
import { largestPage, mostChosen, mostWords } from './search/search-products.query.ts';
import { countWords } from './search/words.ts';
import { createSearchApi, defaultRequestTimeoutMs } from './search-api.ts';
import { freshCatalogue } from './testing/catalogue.ts';

interface ParameterSchema {
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: ParameterSchema;
}
interface Operation {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: ParameterSchema;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: AnySchemaObject }>> }>
  >;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, AnySchemaObject>> };
}

/** Texts that are not blank: a blank parameter counts as absent. */
const textUpTo = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...'ab Éß字"*:'), minLength: 1, maxLength, size: 'max' })
    .filter((text) => text.trim() !== '');

/** Values the schema allows, as they stand in a query string, the furthest ones often; without a limit they go far. */
function allowed(schema: ParameterSchema): fc.Arbitrary<readonly string[]> {
  const { type, minimum = -1e6, maximum = 1e25, maxLength = 9_000, maxItems = 99 } = schema;
  const one = (value: fc.Arbitrary<unknown>) => value.map((given) => [String(given)]);
  if (schema.enum) return one(fc.constantFrom(...schema.enum));
  if (schema.pattern !== undefined) return one(fc.stringMatching(new RegExp(schema.pattern)));
  if (type === 'integer') {
    const integer = fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31) });
    return one(fc.oneof(fc.constantFrom(minimum, maximum), integer));
  }
  if (type === 'boolean') return one(fc.boolean());
  if (type === 'string') return one(fc.oneof(fc.constant('é'.repeat(maxLength)), textUpTo(maxLength)));
  const items = allowed(schema.items!);
  return fc
    .oneof(
      fc.array(items, { minLength: maxItems, maxLength: maxItems }),
      fc.array(items, { minLength: 1, maxLength: 3 }),
    )
    .map((values) => values.flat());
}

/** Values just beyond each limit the schema names. */
function refused(schema: ParameterSchema): readonly (readonly string[])[] {
  const { type, minimum, maximum, maxLength, maxItems, items } = schema;
  return [
    ...(minimum === undefined ? [] : [[String(minimum - 1)]]),
    ...(maximum === undefined ? [] : [[String(BigInt(maximum) + 1n)]]),
    ...(maxLength === undefined ? [] : [['x'.repeat(maxLength + 1)]]),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, (_, index) => `x${index}`)]),
    ...(items ? refused(items) : []),
    ...(schema.enum || schema.pattern !== undefined || type === 'integer' || type === 'boolean'
      ? [['x y']]
      : []),
  ];
}

const tags = (count: number): string => Array.from({ length: count }, (_, index) => `tag=${index}`).join('&');
/** One character that is four words once it is folded. */
const phrase = '\ufdfa ';
const { index_prefixes: beginnings } = productSearchStorage.properties.title as {
  index_prefixes: { max_chars: number };
};

/** What bounds the cost of a search: as the documentation has it, and searches at the limit and just beyond it. */
const costs = [
  ['hits per page (`size`)', largestPage, '400', [`size=${largestPage}`], [`size=${largestPage + 1}`]],
  [
    'words in `q`',
    mostWords,
    '400',
    [`q=${'字'.repeat(mostWords)}`, `q=${'a '.repeat(mostWords)}`, `q=${phrase.repeat(mostWords / 4)}`],
    [
      `q=${'字'.repeat(mostWords + 1)}`,
      `q=${'a€'.repeat(mostWords / 2 + 1)}`,
      `q=${phrase.repeat(mostWords / 4 + 1)}`,
    ],
  ],
  [
    'values of `category`, `brand` and `tag` each',
    mostChosen,
    '400',
    [tags(mostChosen)],
    [tags(mostChosen + 1)],
  ],
  ['leading characters of a word that are looked up', beginnings.max_chars, 'compared with the words'],
  ['values per facet', mostValues, 'counted in `others`'],
  ['currencies per facet', mostCurrencies, 'counted in `others`'],
  ['hits counted exactly', exactTotals, 'a lower bound: `gte`'],
  ['search time per shard', Number.parseInt(shardTimeout), '503'],
  ['response time of Elasticsearch', defaultRequestTimeoutMs / 1_000, '503'],
] as const satisfies readonly (readonly [string, number, string, string[]?, string[]?])[];

describe('the OpenAPI document of the search API', () => {
  let application: HttpApplication;
  let document: OpenApi;
  let ajv: Ajv2020;

  beforeAll(async () => {
    const catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    const { alias } = catalogue;
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: alias, projection: alias },
      createLogger('search-api', { level: 'silent' }),
    );
    const histories = ['Éclair', 'ab', 'ab'].map((title) => [step.created({ title }), step.published()]);
    await catalogue.addAll(histories, new Date('2026-03-01T00:00:00Z'));
    document = (await application.nest.inject({ method: 'GET', url: '/openapi.json' })).json<OpenApi>();
    ajv = new Ajv2020({ strict: false, validateFormats: false, schemas: [{ $id: 'document', ...document }] });
  });

  afterAll(() => application.close());

  /** Sends a request and checks its answer against what the document says of that status. */
  async function statusOf(path: string, url: string): Promise<number> {
    const { statusCode, body, headers } = await application.nest.inject({ method: 'GET', url });
    const described = document.paths[path]!.get.responses[statusCode];
    expect([url, statusCode, described]).toEqual([url, statusCode, expect.anything()]);
    const type = String(headers['content-type']).split(';')[0]!;
    const schema = described?.content?.[type]?.schema;
    expect([url, type, schema]).toEqual([url, type, expect.anything()]);
    const valid = ajv.validate(
      JSON.parse(JSON.stringify(schema).replaceAll('#/components', 'document#/components')),
      JSON.parse(body),
    );
    expect([url, valid, ajv.errors]).toEqual([url, true, null]);
    return statusCode;
  }

  const searchOf = (parameters: Readonly<Record<string, readonly string[] | undefined>>): string => {
    const pairs = Object.entries(parameters).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    return `/v1/search?${new URLSearchParams(pairs)}`;
  };
  const parameters = () =>
    document.paths['/v1/search']!.get.parameters.filter(({ name }) => name !== 'cursor');

  it('describes every answer to a search it allows, and that is 200', async () => {
    const values = Object.fromEntries(parameters().map(({ name, schema }) => [name, allowed(schema)]));
    await fc.assert(
      fc.asyncProperty(fc.record(values, { requiredKeys: [] }), async (query) => {
        const [min, max] = [query['priceMin'], query['priceMax']].map((price) =>
          Number(price?.[0] ?? Number.NaN),
        );
        const isAllowed = !(min! > max!) && countWords(foldedText(query['q']?.[0] ?? '')) <= mostWords;
        expect(await statusOf('/v1/search', searchOf(query))).toBe(isAllowed ? 200 : 400);
      }),
      { numRuns: 50 },
    );
  });

  it('names every limit, each of which is kept', async () => {
    for (const { name, schema } of document.paths['/v1/search']!.get.parameters) {
      const twice = schema.type === 'array' ? [] : [['1', '2']];
      const beyond = [...refused(schema), ...twice];
      expect([name, beyond.length]).not.toEqual([name, 0]);
      for (const values of beyond) {
        const url = searchOf({ [name]: values });
        expect([url, await statusOf('/v1/search', url)]).toEqual([url, 400]);
      }
    }
    expect(await statusOf('/v1/search', '/v1/search?unknown=1')).toBe(400);
    expect(await statusOf('/v1/search', '/v1/search?cursor=abc')).toBe(400);
  });

  it('bounds the cost of a search, and the documentation says by how much', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/http.md'), 'utf8');
    const table = page.split('\n### Cost of a search\n')[1]?.split('\n##')[0] ?? '';
    const said = [...table.matchAll(/^\| (.+?) +\| ([\d,]+)(?: s)? +\| (.+?) +\|$/gm)];
    expect(said.map(([, ...row]) => row)).toEqual(
      costs.map(([limit, value, beyond]) => [limit, value.toLocaleString('en-US'), beyond]),
    );
    for (const [, , , within = [], beyond = []] of costs)
      for (const [searches, status] of [[within, 200] as const, [beyond, 400] as const])
        for (const search of searches)
          expect([search, await statusOf('/v1/search', `/v1/search?${encodeURI(search)}`)]).toEqual([
            search,
            status,
          ]);
  });

  it('counts at least as many words in a text as Elasticsearch does', async () => {
    const texts = fc.sample(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(..."ab字ｶガ'.:˂ 😀+🇳🇴\u200dé한ไ_1"), maxLength: 60 }),
      ),
      { numRuns: 300, seed: 15 },
    );
    for (const text of texts.map(foldedText)) {
      const { tokens } = await elasticsearch().indices.analyze({ analyzer: 'standard', text });
      expect([text, countWords(text) >= tokens!.length]).toEqual([text, true]);
    }
  });
});
