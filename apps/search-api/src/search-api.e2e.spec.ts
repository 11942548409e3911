import { step } from '@reprise/product-read-model/testing';
import { afterFile, spawnApp, testCredential, testEndpoints } from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { freshCatalogue } from './testing/catalogue.ts';

const main = 'apps/search-api/src/main.ts';

describe('the search API as a process', () => {
  it('starts without an index, becomes ready with one, answers, and ends with 0 on SIGTERM', async () => {
    const catalogue = await freshCatalogue();
    await catalogue.switchTo('nothing');
    const app = spawnApp(main, { env: { SEARCH_API_PORT: '0', SEARCH_ALIAS: catalogue.alias } });
    const { port } = await app.logged({ msg: 'listening' });
    const origin = `http://127.0.0.1:${String(port)}`;
    expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
    await catalogue.switchBack();
    await catalogue.add([step.created(), step.published()]);
    await app.ready();
    const response = await fetch(`${origin}/v1/search?q=mug`, {
      headers: { ...testCredential, 'x-correlation-id': 'try-1' },
    });
    expect(await response.json()).toMatchObject({ total: { value: 1 } });
    expect(await app.logged({ correlationId: 'try-1' })).toMatchObject({
      status: 200,
      url: '/v1/search?q=mug',
    });
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('started while Elasticsearch is away listens, is not ready and says why in its log, and answers once it is there', async () => {
    const catalogue = await freshCatalogue();
    await catalogue.add([step.created(), step.published()]);
    const { node } = testEndpoints().elasticsearch;
    const proxy = await tcpProxy(node);
    afterFile(proxy.close);
    await proxy.set('refuse');
    const app = spawnApp(main, {
      env: {
        SEARCH_API_PORT: '0',
        SEARCH_ALIAS: catalogue.alias,
        ELASTICSEARCH_NODE: proxy.through(node),
      },
    });
    const { port } = await app.logged({ msg: 'listening' });
    const origin = `http://127.0.0.1:${String(port)}`;
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    const ready = await fetch(`${origin}/health/ready`);
    expect(ready.status).toBe(503);
    const checks = await fetch(`${origin}/health/checks`, { headers: testCredential });
    expect(await checks.json()).toEqual({ status: 'not-ready', checks: { 'search-alias': 'failed' } });
    const logged = await app.logged({ msg: 'not ready', check: 'search-alias' });
    expect(logged['reason']).toMatch(/ECONNREFUSED|connect/);
    expect((await fetch(`${origin}/v1/search?q=mug`, { headers: testCredential })).status).toBe(503);
    await proxy.set('pass');
    await app.ready();
    expect((await fetch(`${origin}/v1/search?q=mug`, { headers: testCredential })).status).toBe(200);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('names every bad setting and ends with 1', async () => {
    const app = spawnApp(main, { env: { SEARCH_API_PORT: 'x', SEARCH_ALIAS: '*' } });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.stdout()).toMatch(/SEARCH_API_PORT must be/);
    expect(app.stdout()).toMatch(/SEARCH_ALIAS must be/);
  });
});
