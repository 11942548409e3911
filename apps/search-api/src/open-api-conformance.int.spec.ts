import { randomUUID } from 'node:crypto';
import { createLogger } from '@reprise/runtime';
import type { HttpApplication, HttpLimits } from '@reprise/http';
import { foldedText } from '@reprise/read-model-documents';
import { step } from '@reprise/product-read-model/testing';
import {
  ApiConformance,
  documentedFieldLimits,
  elasticsearch,
  fieldLimits,
  keepsFieldLimits,
  keyOf,
  lintOpenApi,
  testAccess,
  testEndpoints,
} from '@reprise/test-kit';
import { createSearchApi } from './search-api.ts';
import { mostWords } from './search/search-products.query.ts';
import { countWords } from './search/words.ts';
import { freshCatalogue, type Catalogue } from './testing/catalogue.ts';

const logger = createLogger('search-api', { level: 'silent' });
const applications: HttpApplication[] = [];
let catalogue: Catalogue;
let api: ApiConformance;
let id: string;

async function originOf(searchAlias: string, limits?: Partial<HttpLimits>): Promise<string> {
  const { elasticsearch: servers } = testEndpoints();
  const settings = { access: testAccess, elasticsearch: servers, searchAlias, projection: searchAlias };
  const application = await createSearchApi(settings, logger, {
    headersMs: 500,
    requestMs: 1_000,
    ...limits,
  });
  applications.push(application);
  return `http://127.0.0.1:${await application.listen(0)}`;
}

beforeAll(async () => {
  catalogue = await freshCatalogue();
  id = await catalogue.add([step.created(), step.published()]);
  await catalogue.add([step.created({ title: 'Tin mug' }), step.published()]);
  api = await ApiConformance.of({
    origin: await originOf(catalogue.alias),
    existing: () => id,
    rule: ({ priceMin, priceMax, q = '' }) =>
      !(Number(priceMin) > Number(priceMax)) && countWords(foldedText(String(q))) <= mostWords,
    beyondSchemas: ['invalid-cursor'],
  });
});

afterAll(() => Promise.all(applications.map((application) => application.close())));

describe('the OpenAPI document', () => {
  it('passes the linter', async () => {
    expect(await lintOpenApi(api.document.raw)).toEqual([]);
  });

  it('says of every generated request how it is answered, and refuses what the API refuses', async () => {
    expect(api.document.operations.map(keyOf)).toEqual(['GET /v1/search', 'GET /v1/products/{id}']);
    for (const operation of api.document.operations) await api.generated(operation, 80);
  });

  it('keeps the limit of each field, which stands in the documentation as it is', async () => {
    for (const operation of api.document.operations) await keepsFieldLimits(api, operation, {});
    expect(fieldLimits(api.document)).toEqual(documentedFieldLimits('search-api'));
  });

  it('holds for what no document describes: any bytes, texts and media types, without a fault of the server', async () => {
    for (const operation of api.document.operations) await api.hostile(operation, 60);
  });

  it('declares no status that cannot be had', async () => {
    const read = api.operation('GET /v1/products/{id}');
    await api.send(read, {});
    await api.send(read, { headers: { 'if-none-match': '*' } });
    await api.send(read, { path: { id: randomUUID() } });

    const broken = await freshCatalogue();
    await broken.add([step.created(), step.published()]);
    await elasticsearch().indices.close({ index: broken.alias });
    const [failing, away] = [await originOf(broken.alias), await originOf(`${broken.alias}_nowhere`)];
    const limited = await originOf(catalogue.alias, { credentialRequests: 1 });
    await api.send(read, {}, limited);
    for (const operation of api.document.operations) {
      await api.send(operation, {});
      await api.frame(operation);
      for (const origin of [failing, away, limited]) await api.send(operation, {}, origin);
    }
    expect(api.missing()).toEqual([]);
  });
});
