import { spawnApp, step } from '@reprise/test-kit';
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
    const response = await fetch(`${origin}/v1/search?q=mug`, { headers: { 'x-correlation-id': 'try-1' } });
    expect(await response.json()).toMatchObject({ total: { value: 1 } });
    expect(await app.logged({ correlationId: 'try-1' })).toMatchObject({
      status: 200,
      url: '/v1/search?q=mug',
    });
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('names every bad setting and ends with 1', async () => {
    const app = spawnApp(main, { env: { SEARCH_API_PORT: 'x', SEARCH_ALIAS: '*' } });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.stdout()).toMatch(/SEARCH_API_PORT must be/);
    expect(app.stdout()).toMatch(/SEARCH_ALIAS must be/);
  });
});
