import { jest } from '@jest/globals';
import { describeWith, eventually, hasProgram, testEndpoints, weakCredential } from '@reprise/test-kit';
import { httpProxy, type HttpProxy } from '@reprise/test-kit/proxies';
import type { Browser, Page } from 'playwright-core';
import type { ActionResult, GenerationList, RunView } from '../contract/index.ts';
import { chromiumName, findings, keepScreenshot, logIn, openBrowser, openPage } from '../testing/browser.ts';
import { client, testProvider } from '../testing/test-provider.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

jest.setTimeout(180_000);

describeWith(
  'chromium',
  'The console in a browser',
  () => {
    let fixture: ConsoleFixture;
    let proxy: HttpProxy;
    let server: StartedConsole;
    let browser: Browser;
    let page: Page;
    let complaints: string[];

    const visit = async (path: string): Promise<void> => {
      await page.goto(`${server.origin}/console/${path}`);
    };
    const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
    const seen = async (text: string | RegExp): Promise<void> => {
      await page.getByText(text).first().waitFor();
    };

    beforeAll(async () => {
      proxy = await httpProxy(testEndpoints().elasticsearch.node);
      fixture = await consoleFixture(40);
      await fixture.job('rebuild', '--projection', 'product_search');
      server = await fixture.start({ ELASTICSEARCH_NODE: proxy.url });
      browser = await openBrowser();
      ({ page, complaints } = await openPage(browser));
    });

    afterAll(() => proxy.close());
    afterEach(() => expect(complaints).toEqual([]));

    it('asks for a key, refuses a wrong one and one without a role, and says why', async () => {
      await visit('');
      await logIn(page, 'wrong');
      await seen('You are not logged in.');
      await logIn(page, weakCredential.authorization.replace('Bearer ', ''));
      await seen(/none of the permissions/);
      expect(await findings(page)).toEqual([]);
      await keepScreenshot(page, 'login', false);
    });

    it('shows first what is served, from which proven generation', async () => {
      await logIn(page);
      const card = page.getByRole('article', { name: 'product_search' });
      await card.getByText('gate passed').waitFor();
      await seen('live, heard');
      const names = await card.locator('dt').allTextContents();
      expect(names.filter((name) => name !== 'needs a rebuild' && name !== 'stands still')).toEqual([
        ...[
          'served from',
          'freshness',
          'last proof',
          'run',
          'rollback',
          'dead letters',
          'write side',
          'room',
          'changed last',
        ],
      ]);
      expect(await findings(page, true)).toEqual([]);
      await keepScreenshot(page, 'overview');
    });

    it('plans without a change, rebuilds after that, and follows both to what came of them', async () => {
      const act = async (button: string, confirm: string | RegExp): Promise<void> => {
        await visit('');
        await page
          .getByRole('article', { name: 'product_search' })
          .getByRole('button', { name: button, exact: true })
          .click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText('The same on the command line').waitFor();
        if (button === 'Rebuild') {
          await dialog.getByText('--projection=product_search').waitFor();
          expect(await findings(page)).toEqual([]);
          await keepScreenshot(page, 'rebuild-dialog', false);
        }
        await dialog.getByRole('button', { name: confirm }).click();
      };
      await act('Rebuild', 'Plan first: changes nothing');
      await heading(/^Plan product_search .*done$/).waitFor({ timeout: 60_000 });
      await act('Rebuild', 'Rebuild product_search in development');
      await heading(/^Rebuild product_search .*done$/).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Compute the digest here' }).click();
      await seen('The generation holds now exactly what the receipt proves');
      await keepScreenshot(page, 'action');
      expect(await findings(page)).toEqual([]);
    });

    it('shows every page, without a finding of axe at 320 and 1920 pixels in both themes', async () => {
      const { runs } = (await server.ask<{ runs: RunView[] }>('/ops/v1/runs')).body;
      const { generations } = (
        await server.ask<GenerationList>('/ops/v1/generations?projection=product_search')
      ).body;
      const [left = '', right = ''] = generations.map(({ name }) => name);
      const pages: readonly (readonly [string, string, string | RegExp])[] = [
        ['runs', 'runs', 'promoted'],
        ['run', `runs/${runs.find(({ outcome }) => outcome === 'promoted')!.runId}`, 'passed'],
        ['generations', 'generations/product_search', 'read now'],
        ['compare', `compare?left=${left}&right=${right}`, 'the digests are equal'],
        ['dead-letters', 'dead-letters', 'None matches.'],
        ['drift', 'drift/product_search', 'No comparison was asked for'],
        ['audit', 'audit', 'rebuild'],
        ['write-side', 'write-side', 'relay'],
        ['actions', 'actions', 'done'],
      ];
      const found: Record<string, string[]> = {};
      for (const [name, path, text] of pages) {
        await visit(path);
        try {
          await page.getByRole('main').getByText(text).first().waitFor({ timeout: 10_000 });
        } catch {
          found[`${name} shows ${text}`] = [(await page.getByRole('main').innerText()).slice(0, 600)];
        }
        const of = await findings(page);
        if (of.length > 0) found[name] = of;
        await keepScreenshot(page, name);
      }
      expect(found).toEqual({});
    });

    it('says that a store is away, what is unknown by that, and takes it back', async () => {
      await visit('');
      await seen('live, heard');
      proxy.inject(() => ({ kind: 'reset' }));
      await seen(/cannot be used/);
      await keepScreenshot(page, 'store-away');
      proxy.inject(() => undefined);
      await eventually(async () => expect(await page.getByText(/cannot be used/).count()).toBe(0), {
        timeoutMs: 30_000,
      });
    });

    it('asks for a login when the session ended, and comes back to the same page', async () => {
      await visit('dead-letters');
      await seen('None matches.');
      await page.context().clearCookies();
      await page.getByLabel('state').selectOption('resolved');
      await seen('Your session ended.');
      await logIn(page);
      await heading('Dead letters').waitFor();
      expect(await page.getByLabel('state').inputValue()).toBe('resolved');
    });

    it('logs in at a provider of another site, and comes back to the page', async () => {
      const port = Number(new URL(server.origin).port) + 1;
      const origin = `http://127.0.0.1:${port}`;
      const provider = await testProvider([`${origin}/ops/v1/login/callback`]);
      Object.assign(provider, {
        asks: true,
        person: { sub: 'ada', name: 'Ada L.', roles: ['console:read'] },
      });
      const settings = {
        ...{ CONSOLE_URL: origin, CONSOLE_OIDC_ISSUER: provider.issuer },
        ...{ CONSOLE_OIDC_CLIENT_ID: client.id, CONSOLE_OIDC_CLIENT_SECRET: client.secret },
      };
      await fixture.start(settings, { port });
      // Cookies are those of a host, whatever its port.
      const { page: own, complaints: others } = await openPage(browser);
      await own.goto(`${origin}/console/dead-letters?state=resolved`);
      await own.getByRole('link', { name: 'Log in with your organisation' }).click();
      await own.getByRole('button', { name: 'Continue' }).click();
      await own.getByRole('heading', { level: 1, name: 'Dead letters' }).waitFor();
      expect(await own.getByLabel('state').inputValue()).toBe('resolved');
      await own.getByText('Ada L.').first().waitFor();
      expect(others).toEqual([]);
      await own.close();
    });

    it('follows a rebuild again after a restart of the console, and says that its job was killed', async () => {
      const { body } = await server.ask<ActionResult>('/ops/v1/actions', {
        method: 'POST',
        body: JSON.stringify({
          ...{ action: 'rebuild', projection: 'product_search' },
          options: { maxEventsPerSecond: '1' },
        }),
      });
      await visit(`actions/${body.id}`);
      await heading(/^Rebuild product_search .*running$/).waitFor();
      await server.close();
      await seen('not live');
      server = await fixture.start({}, { port: Number(new URL(server.origin).port) });
      await seen('Your session ended.');
      await logIn(page);
      await heading(/^Rebuild product_search .*running$/).waitFor();
      const { job } = (await fixture.registry.requested.find(body.id))!;
      process.kill(-Number((job as { pid: number }).pid), 'SIGKILL');
      await heading(/^Rebuild product_search .*lost$/).waitFor();
      await seen(/left no exit code: it was killed/);
    });

    it('shows in dark what it shows in light', async () => {
      await visit('');
      await page.getByLabel('Theme').selectOption('dark');
      await page.getByRole('article', { name: 'product_search' }).getByText('gate passed').waitFor();
      await keepScreenshot(page, 'overview-dark');
      await page.setViewportSize({ width: 320, height: 900 });
      await keepScreenshot(page, 'overview-narrow');
    });
  },
  hasProgram(chromiumName),
);
