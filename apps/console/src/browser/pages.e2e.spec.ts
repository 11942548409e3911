import { jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { weakCredential } from '@reprise/test-kit';
import type { GenerationList, RunView } from '../contract/index.ts';
import {
  describeInBrowser,
  findings,
  keepScreenshot,
  openBrowser,
  visitor,
  type Visitor,
} from '../testing/browser.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

jest.setTimeout(240_000);

describeInBrowser('The pages of the console', () => {
  let fixture: ConsoleFixture;
  let server: StartedConsole;
  let browser: Browser;
  let who: Visitor;

  beforeAll(async () => {
    fixture = await consoleFixture(40);
    await fixture.job('rebuild', '--projection', 'product_search');
    server = await fixture.start();
    browser = await openBrowser();
    who = await visitor(browser, () => server.origin);
  });

  afterEach(() => expect(who.complaints).toEqual([]));

  it('asks for a key, refuses a wrong one and one without a role, and says why', async () => {
    await who.visit('');
    await who.logIn('wrong');
    await who.seen('You are not logged in.');
    await who.logIn(weakCredential.authorization.replace('Bearer ', ''));
    await who.seen(/none of the permissions/);
    expect(await findings(who.page)).toEqual([]);
    await keepScreenshot(who.page, 'login', false);
  });

  it('shows first what is served, from which proven generation', async () => {
    await who.logIn();
    const card = who.card();
    await card.getByText('gate passed').waitFor();
    await who.seen('live, heard');
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
    expect(await findings(who.page, true)).toEqual([]);
    await keepScreenshot(who.page, 'overview');
  });

  it('plans without a change, rebuilds after that, and follows both to what came of them', async () => {
    const act = async (button: string, confirm: string): Promise<void> => {
      await who.visit('');
      await who.card().getByRole('button', { name: button, exact: true }).click();
      const dialog = who.page.getByRole('dialog');
      await dialog.getByText('The same on the command line').waitFor();
      if (confirm.startsWith('Plan')) {
        await dialog.getByText('--projection=product_search').waitFor();
        expect(await findings(who.page)).toEqual([]);
        await keepScreenshot(who.page, 'rebuild-dialog', false);
        await dialog.getByText('Options').click();
        await dialog.getByLabel('--poison-budget').fill('3');
        await dialog.getByLabel('--no-promote').check();
        await dialog.getByText('--no-promote --poison-budget=3').waitFor();
      }
      await dialog.getByRole('button', { name: confirm }).click();
    };
    await act('Rebuild', 'Plan first: changes nothing');
    await who.heading(/^Plan product_search .*done$/).waitFor();
    // Of the options those that a plan takes too.
    await who.seen(/^\.\/reprise plan --projection=product_search --poison-budget=3$/);
    await who.seen('A rebuild is possible: it would make 40 documents of 120 events');
    await act('Rebuild', 'Rebuild product_search in development');
    await who.heading(/^Rebuild product_search .*done$/).waitFor();
    await who.page.getByRole('button', { name: 'Compute the digest here' }).click();
    await who.seen('The generation holds now exactly what the receipt proves');
    await keepScreenshot(who.page, 'action');
    expect(await findings(who.page)).toEqual([]);
  });

  it('shows every page, without a finding of axe at 320 and 1920 pixels in both themes', async () => {
    await fixture.job('verify', '--projection', 'product_search');
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
      ['drift', 'drift/product_search', 'clean, 0 documents differing, of'],
      ['audit', 'audit', 'rebuild'],
      ['write-side', 'write-side', 'relay'],
      ['actions', 'actions', 'done'],
      [
        ...(['aggregate', `aggregates?context=product&id=${fixture.events[0]!.subject}`] as const),
        'as the events say',
      ],
      ['configuration', 'configuration', fixture.topic.name],
    ];
    const found: Record<string, string[]> = {};
    for (const [name, path, text] of pages) {
      await who.visit(path);
      try {
        await who.page.getByRole('main').getByText(text).first().waitFor();
      } catch {
        found[`${name} shows ${text}`] = [(await who.page.getByRole('main').innerText()).slice(0, 600)];
      }
      const of = await findings(who.page, ['aggregate', 'configuration'].includes(name));
      if (of.length > 0) found[name] = of;
      await keepScreenshot(who.page, name);
    }
    expect(found).toEqual({});
  });

  it('leaves a dialog with the page that it is about', async () => {
    await who.visit('runs');
    await who.page.getByRole('link', { name: 'Overview' }).click();
    await who.card().getByRole('button', { name: 'Rebuild', exact: true }).click();
    const dialog = who.page.getByRole('dialog');
    await dialog.waitFor();
    await who.page.goBack();
    await dialog.waitFor({ state: 'detached' });
    await who.heading('Runs').waitFor();
  });

  it('counts ages by the clock of the console, whatever that of the reader says', async () => {
    const late = await visitor(browser, () => server.origin);
    await late.page.clock.setFixedTime(Date.now() - 3_600_000);
    await late.visit('');
    await late.logIn();
    await late.seen('(this computer’s clock is 1 h behind)');
    await late.page
      .getByRole('region', { name: 'Summary' })
      .getByText(/UTC \((now|in \d+ s|\d+ s ago)\)/)
      .waitFor();
    expect(late.complaints).toEqual([]);
    await late.page.close();
  });

  it('shows in dark what it shows in light', async () => {
    await who.visit('');
    await who.page.getByLabel('Theme').selectOption('dark');
    await who.card().getByText('verified').waitFor();
    await keepScreenshot(who.page, 'overview-dark');
    await who.page.setViewportSize({ width: 320, height: 900 });
    await keepScreenshot(who.page, 'overview-narrow');
  });
});
