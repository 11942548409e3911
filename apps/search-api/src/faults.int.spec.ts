import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@reprise/runtime';
import type { HttpApplication } from '@reprise/http';
import { step } from '@reprise/product-read-model/testing';
import { testEndpoints } from '@reprise/test-kit';
import { createSearchApi } from './search-api.ts';
import { freshCatalogue, type Catalogue } from './testing/catalogue.ts';

const logger = createLogger('search-api', { level: 'silent' });
const someId = '01993b1c-7b2e-7c5d-9a1f-0123456789ab';
const paths = ['/v1/search', `/v1/products/${someId}`];

describe('the search API while its alias moves', () => {
  let catalogue: Catalogue;
  let application: HttpApplication;

  beforeAll(async () => {
    catalogue = await freshCatalogue();
    const { elasticsearch } = testEndpoints();
    application = await createSearchApi(
      { access: { kind: 'open' }, elasticsearch, searchAlias: catalogue.alias },
      logger,
    );
    await catalogue.add([step.created(), step.published()], { id: someId });
  });

  afterAll(() => application.close());
  afterEach(() => catalogue.switchBack());

  const get = (url: string) => application.nest.inject({ method: 'GET', url });

  it('reads whatever index the alias points to', async () => {
    expect((await get(paths[1]!)).statusCode).toBe(200);
    await catalogue.switchTo('empty');
    expect((await get('/v1/search')).json()).toMatchObject({ total: { value: 0 }, hits: [] });
    expect((await get(paths[1]!)).statusCode).toBe(404);
    await catalogue.switchBack();
    expect((await get('/v1/search')).json()).toMatchObject({ total: { value: 1 } });
  });

  it('says what to run when the alias points to nothing', async () => {
    await catalogue.switchTo('nothing');
    for (const path of paths) {
      const response = await get(path);
      expect([path, response.statusCode]).toEqual([path, 503]);
      expect(response.headers['retry-after']).toBe('30');
      expect(response.json()).toMatchObject({
        type: 'urn:reprise:problem:index-missing',
        detail: expect.stringContaining('./reprise rollback --projection product_search'),
      });
    }
  });

  it('is ready only while the alias points to one index', async () => {
    expect((await get('/health/ready')).statusCode).toBe(200);
    await catalogue.switchTo('nothing');
    const response = await get('/health/ready');
    expect(response.statusCode).toBe(503);
    expect((await get('/health/checks')).json()).toMatchObject({ checks: { 'search-alias': 'failed' } });
  });

  it('is not ready while the alias points to two indices', async () => {
    await catalogue.switchTo('both');
    const response = await get('/health/ready');
    expect(response.statusCode).toBe(503);
    expect((await get('/health/checks')).json()).toMatchObject({ checks: { 'search-alias': 'failed' } });
  });

  it('publishes its OpenAPI document', async () => {
    const document = (await get('/openapi.json')).json<{ paths: object }>();
    expect(Object.keys(document.paths).toSorted()).toEqual(['/v1/products/{id}', '/v1/search']);
  });
});

describe('the search API without a working Elasticsearch', () => {
  let silent: Server;
  let silentUrl: string;

  beforeAll(async () => {
    // Takes requests and never answers, as an overloaded node would.
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  async function answersOf(node: string): Promise<void> {
    const access = { kind: 'open' } as const;
    const settings = {
      access,
      elasticsearch: { node },
      searchAlias: 'product_search',
      requestTimeoutMs: 200,
    };
    const application = await createSearchApi(settings, logger);
    try {
      for (const url of paths) {
        const response = await application.nest.inject({ method: 'GET', url });
        expect([url, response.statusCode]).toEqual([url, 503]);
        expect(response.headers['retry-after']).toBe('5');
        expect(response.json()).toMatchObject({ type: 'urn:reprise:problem:dependency-unavailable' });
        expect(response.body).not.toContain(new URL(node).host);
      }
      expect((await application.nest.inject({ method: 'GET', url: '/health/live' })).statusCode).toBe(200);
      expect((await application.nest.inject({ method: 'GET', url: '/health/ready' })).statusCode).toBe(503);
    } finally {
      await application.close();
    }
  }

  it('gives a request up once its caller is gone, which is nobody’s fault', async () => {
    const faults: unknown[] = [];
    const watched = createLogger('search-api', { level: 'silent' });
    watched.error = (fault: unknown) => void faults.push(fault);
    // Only the caller ends a request here: the time limit is further away than that of the test.
    const settings = {
      access: { kind: 'open' } as const,
      elasticsearch: { node: silentUrl },
      searchAlias: 'product_search',
      requestTimeoutMs: 600_000,
    };
    const application = await createSearchApi(settings, watched);
    const port = await application.listen(0);
    for (const path of paths) {
      const asked = once(silent, 'request') as Promise<[IncomingMessage]>;
      const caller = request({ port, host: '127.0.0.1', path }).on('error', () => undefined);
      caller.end();
      const [received] = await asked;
      const givenUp = once(received.socket, 'close');
      caller.destroy();
      await givenUp;
    }
    const { body } = await application.nest.inject({ method: 'GET', url: '/metrics' });
    expect(body).not.toMatch(/route="\/v1[^}]*status="5/);
    await application.close();
    expect(faults).toEqual([]);
  });

  it('answers 503 when a search ran out of its time, and shows no part of what was found', async () => {
    const hasty = createServer((_, answer) => {
      answer.setHeader('x-elastic-product', 'Elasticsearch').setHeader('content-type', 'application/json');
      answer.end(
        JSON.stringify({ timed_out: true, hits: { total: 1, hits: [{ _source: { title: 'Mug' } }] } }),
      );
    }).listen(0, '127.0.0.1');
    await once(hasty, 'listening');
    const node = `http://127.0.0.1:${(hasty.address() as AddressInfo).port}`;
    const access = { kind: 'open' } as const;
    const settings = { access, elasticsearch: { node }, searchAlias: 'any', requestTimeoutMs: 600_000 };
    const application = await createSearchApi(settings, logger);
    const response = await application.nest.inject({ method: 'GET', url: '/v1/search' });
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
    expect(response.json()).toMatchObject({ type: 'urn:reprise:problem:search-timed-out' });
    expect(response.body).not.toContain('Mug');
    await application.close();
    hasty.close();
  });

  it('answers 503 when it refuses connections', () => answersOf('http://127.0.0.1:9'));

  it('answers 503 when it does not answer in time', () => answersOf(silentUrl));
});
