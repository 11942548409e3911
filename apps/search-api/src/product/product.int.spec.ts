import { randomUUID } from 'node:crypto';
import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { step } from '@reprise/product-read-model/testing';
import { testEndpoints } from '@reprise/test-kit';
import { createSearchApi } from '../search-api.ts';
import { freshCatalogue, type Catalogue } from '../testing/catalogue.ts';

describe('a product by id', () => {
  let catalogue: Catalogue;
  let application: HttpApplication;

  beforeAll(async () => {
    catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    const logger = createLogger('search-api', { level: 'silent' });
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: catalogue.alias },
      logger,
    );
  });

  afterAll(() => application.close());

  const get = (id: string, headers: Record<string, string> = {}) =>
    application.nest.inject({ method: 'GET', url: `/v1/products/${id}`, headers });

  it('is shown with its version as ETag', async () => {
    const id = await catalogue.add([step.created(), step.published(), step.priceChanged(1_600)]);
    const response = await get(id);
    expect(response.statusCode).toBe(200);
    expect(response.headers['etag']).toBe('"3"');
    expect(response.json()).toMatchObject({ productId: id, priceMinor: 1_600, version: 3 });
    expect(response.json()).not.toHaveProperty('status');
    expect((await get(id.toUpperCase())).statusCode).toBe(200);
  });

  it('is not sent again to who holds that version', async () => {
    const id = await catalogue.add([step.created(), step.published()]);
    for (const held of ['"2"', 'W/"2"', '"1", "2"', '*']) {
      const response = await get(id, { 'if-none-match': held });
      expect([held, response.statusCode, response.body]).toEqual([held, 304, '']);
      expect(response.headers['etag']).toBe('"2"');
    }
    expect((await get(id, { 'if-none-match': '"1"' })).statusCode).toBe(200);
  });

  it('is the same 404 whether it is absent, deleted, withdrawn or a draft', async () => {
    const ids = [
      randomUUID(),
      await catalogue.add([step.created()]),
      await catalogue.add([step.created(), step.published(), step.unpublished()]),
      await catalogue.add([step.created(), step.published(), step.deleted()]),
    ];
    for (const id of ids) {
      const response = await get(id);
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({
        type: 'urn:reprise:problem:product-not-found',
        detail: `There is no published product ${id}.`,
      });
    }
  });

  it.each(['7', '..%2F_search', '_mapping', '*'])('is refused when %s is not a UUID', async (id) => {
    const response = await get(id);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ field: 'id' }] });
  });
});
