import { testCredential } from '@reprise/test-kit';
import { describeInBrowser, openBrowser, visitor } from '../testing/browser.ts';
import { consoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

const basePath = '/teams/shop/console';

describe('The console under another path', () => {
  let server: StartedConsole;
  beforeAll(async () => {
    server = await (await consoleFixture(0, 1)).start({ CONSOLE_BASE_PATH: basePath });
  });

  it('answers there and nowhere else, and its API where it always is', async () => {
    const get = (path: string) =>
      fetch(`${server.origin}${path}`, { redirect: 'manual', headers: testCredential });
    const root = await get(basePath);
    expect([root.status, root.headers.get('location')]).toEqual([308, `${basePath}/`]);
    const page = await get(`${basePath}/runs/4711`);
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining(`<base href="${basePath}/"`),
    ]);
    expect((await get('/console/')).status).toBe(404);
    expect((await get('/ops/v1/overview')).status).toBe(200);
    expect((await get(`${basePath}/ops/v1/overview`)).headers.get('content-type')).toMatch(/^text\/html/);
  });

  describeInBrowser('in a browser', () => {
    it('shows its pages, follows links and comes back to what was asked for', async () => {
      const { page, complaints, visit, logIn, heading } = await visitor(
        await openBrowser(),
        () => server.origin,
        basePath,
      );
      await visit('audit');
      await logIn();
      await heading('Audit').waitFor();
      await page.getByRole('link', { name: 'Configuration' }).click();
      await heading('Configuration in force').waitFor();
      expect(new URL(page.url()).pathname).toBe(`${basePath}/configuration`);
      await page.reload();
      await heading('Configuration in force').waitFor();
      expect(complaints).toEqual([]);
    });
  });
});
