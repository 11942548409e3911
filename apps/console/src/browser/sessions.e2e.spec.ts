import { jest } from '@jest/globals';
import { lastingPort } from '@reprise/test-kit';
import type { Browser } from 'playwright-core';
import type { ActionResult } from '../contract/index.ts';
import { describeInBrowser, openBrowser, visitor, type Visitor } from '../testing/browser.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';
import { client, testProvider } from '../testing/test-provider.ts';

jest.setTimeout(240_000);

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

describeInBrowser('A session in a browser', () => {
  let fixture: ConsoleFixture;
  let server: StartedConsole;
  let browser: Browser;
  let who: Visitor;

  beforeAll(async () => {
    fixture = await consoleFixture(20);
    // A restarted one is where it was.
    server = await fixture.start({}, { port: await lastingPort() });
    browser = await openBrowser();
    who = await visitor(browser, () => server.origin);
  });

  afterEach(() => expect(who.complaints).toEqual([]));

  it('asks for a login when the session ended, and comes back to the same page', async () => {
    await who.visit('dead-letters');
    await who.logIn();
    await who.seen('None matches.');
    await who.page.context().clearCookies();
    await who.page.getByLabel('state').selectOption('resolved');
    await who.seen('Your session ended.');
    await who.logIn();
    await who.heading('Dead letters').waitFor();
    expect(await who.page.getByLabel('state').inputValue()).toBe('resolved');
  });

  it('logs in at a provider of another site, and comes back to the page', async () => {
    const port = await lastingPort();
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
    const ada = await visitor(browser, () => origin);
    await ada.visit('dead-letters?state=resolved');
    await ada.page.getByRole('link', { name: 'Log in with your organisation' }).click();
    await ada.page.getByRole('button', { name: 'Continue' }).click();
    await ada.heading('Dead letters').waitFor();
    expect(await ada.page.getByLabel('state').inputValue()).toBe('resolved');
    await ada.seen('Ada L.');
    expect(ada.complaints).toEqual([]);
    await ada.page.close();
  });

  it('follows a rebuild and its run, again after a restart of the console, and says that its job was killed', async () => {
    const { body } = await server.ask<ActionResult>('/ops/v1/actions', {
      method: 'POST',
      body: JSON.stringify({
        ...{ action: 'rebuild', projection: 'product_search' },
        options: { maxEventsPerSecond: '1' },
      }),
    });
    await who.visit(`actions/${body.id}`);
    await who.heading(/^Rebuild product_search .*running$/).waitFor();
    // Its job names its run, so each page has the other one while it runs.
    await who.page.getByRole('main').getByRole('link', { name: uuid }).click();
    await who.heading(/^Run of product_search .*running$/).waitFor();
    await who.page.getByRole('region', { name: 'Notices' }).getByText('It said nothing.').waitFor();
    await who.page.getByRole('link', { name: /^asked for here by/ }).click();
    await who.heading(/^Rebuild product_search .*running$/).waitFor();
    await server.close();
    await who.seen('not live');
    server = await fixture.start({}, { port: Number(new URL(server.origin).port) });
    await who.seen('Your session ended.');
    await who.logIn();
    await who.heading(/^Rebuild product_search .*running$/).waitFor();
    const { job } = (await fixture.registry.requested.find(body.id))!;
    process.kill(-Number((job as { pid: number }).pid), 'SIGKILL');
    await who.heading(/^Rebuild product_search .*lost$/).waitFor();
    await who.seen(/left no exit code: it was killed/);
  });
});
