import { jest } from '@jest/globals';
import { eventually } from '@reprise/test-kit';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ActionRequest, Session } from '../contract/index.ts';
import {
  describeInBrowser,
  findings,
  keepScreenshot,
  openBrowser,
  visitor,
  type Visitor,
} from '../testing/browser.ts';
import { consoleFixture, type ConsoleFixture } from '../testing/console-fixture.ts';
import { roleKeys, type KeyHolder, type RoleKeys } from '../testing/role-keys.ts';

jest.setTimeout(240_000);

/** What a page is answered that asks for an action all the same, with its cookie and its token. */
const statusOf = (page: Page, action: ActionRequest['action'], projection: string | null): Promise<number> =>
  page.evaluate(
    async (body) => {
      const session = (await (await fetch('/ops/v1/session')).json()) as { user: { csrfToken: string } };
      const answer = await fetch('/ops/v1/actions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.user.csrfToken },
        body: JSON.stringify(body),
      });
      return answer.status;
    },
    { action, projection, options: {} },
  );

describeInBrowser('Who may act, in a browser', () => {
  let fixture: ConsoleFixture;
  let browser: Browser;
  let keys: RoleKeys['keys'];
  let as: RoleKeys['as'];
  let write: RoleKeys['write'];
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    fixture = await consoleFixture(5);
    ({ keys, as, write } = roleKeys(fixture));
    for (const _ of ['earlier', 'served']) await fixture.job('rebuild', '--projection', 'product_search');
    browser = await openBrowser();
  });

  afterEach(async () => {
    for (const { complaints, page } of visitors.splice(0)) {
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  const logsIn = async (holder: KeyHolder, origin: string, path = ''): Promise<Visitor> => {
    const who = await visitor(browser, () => origin);
    visitors.push(who);
    await who.visit(path);
    await who.logIn(keys[holder].text);
    await who.page.getByRole('button', { name: 'Log out' }).waitFor();
    return who;
  };
  const buttons = ({ page }: Visitor) =>
    page
      .getByRole('main')
      .getByRole('button', { name: /^(?:Rebuild|Plan|Roll back|Prune|Verify|Redrive|Discard)/ });

  it('offers a viewer nothing to do, says which role it needs, and answers 403 to whoever asks all the same', async () => {
    const { origin } = await fixture.start();
    const who = await logsIn('viewer', origin);
    await who.card().getByText('gate passed').waitFor();
    await who
      .card()
      .getByText(/not possible now/)
      .click();
    await who.card().getByText('Rebuild: needs the role operator; you have viewer').waitFor();
    await who.card().getByText('Verify: needs the role operator; you have viewer').waitFor();
    expect(await buttons(who).count()).toBe(0);
    await who.visit('dead-letters');
    await who.seen('None matches.');
    expect(await buttons(who).count()).toBe(0);
    expect(await statusOf(who.page, 'rebuild', 'product_search')).toBe(403);
    const payload = await who.page.evaluate(
      async () => (await fetch('/ops/v1/dead-letters/payload?id=a:0:0')).status,
    );
    expect(payload).toBe(403);
  });

  it('does not show what is hidden, and answers 404 for it, also to somebody whose role would not suffice', async () => {
    const { origin } = await fixture.start({ CONSOLE_HIDDEN_ACTIONS: 'prune,plan' });
    for (const [holder, others] of [
      ['admin', 'Rebuild'],
      ['operator', 'Rebuild'],
    ] as const) {
      const who = await logsIn(holder, origin);
      await who.card().getByRole('button', { name: others, exact: true }).waitFor();
      await who
        .card()
        .getByText(/not possible now/)
        .click();
      expect(
        await who
          .card()
          .getByText(/^(?:Prune|Plan)/)
          .count(),
      ).toBe(0);
      expect(await statusOf(who.page, 'prune', 'product_search')).toBe(404);
    }
  });

  it('offers nobody anything where the console is read-only, and answers 405', async () => {
    const { origin } = await fixture.start({ CONSOLE_READ_ONLY: 'true' });
    const who = await logsIn('admin', origin);
    await who.seen(/· admin · read-only/);
    await who.card().getByText('This console is read-only; use the command line to act.').waitFor();
    expect(await buttons(who).count()).toBe(0);
    expect(await statusOf(who.page, 'rebuild', 'product_search')).toBe(405);
    expect(await findings(who.page)).toEqual([]);
    await who.page.getByRole('button', { name: 'Log out' }).click();
    await who.page.getByLabel('API key').waitFor();
  });

  it('shows on an open page what somebody may do now, as the stream says, and that the session ended', async () => {
    const { origin } = await fixture.start({}, { clients: { aliveMs: 100 } });
    const who = await logsIn('operator', origin);
    const rebuild = who.card().getByRole('button', { name: 'Rebuild', exact: true });
    await rebuild.waitFor();
    write({ operator: 'console:read' });
    await who.seen(/· viewer$/);
    await rebuild.waitFor({ state: 'detached' });
    write({ operator: undefined });
    await who.seen('Your session ended.');
    write();
  });

  it('shows what somebody may do now once the page is refused anything, however seldom the stream says it', async () => {
    const { origin, ask } = await fixture.start({}, { clients: { aliveMs: 600_000 } });
    const who = await logsIn('operator', origin);
    const rebuild = who.card().getByRole('button', { name: 'Rebuild', exact: true });
    await rebuild.waitFor();
    write({ operator: 'console:read' });
    await eventually(async () => {
      const { body } = await ask<Session>('/ops/v1/session', { headers: as('operator') });
      expect(body.user!.role).toBe('viewer');
    });
    await who.seen(/· operator$/);
    await rebuild.click();
    await who.seen(/· viewer$/);
    write();
  });

  it('lets one person ask and another one approve, each in their own browser, in time', async () => {
    const { origin } = await fixture.start({
      ...{ CONSOLE_TWO_PERSONS: 'true', CONSOLE_PRODUCTION: 'true' },
      CONSOLE_ENVIRONMENT: 'prod-eu',
    });
    const confirm = (within: Page | Locator) => within.getByLabel('Type prod-eu to confirm').fill('prod-eu');
    const first = await logsIn('operator', origin);
    const asksToRollBack = async (): Promise<string> => {
      await first.visit('');
      await first.card().getByRole('button', { name: 'Roll back', exact: true }).click();
      const dialog = first.page.getByRole('dialog');
      await dialog.getByText('A second person has to approve it.').waitFor();
      await confirm(dialog);
      await dialog.getByRole('button', { name: /^Ask for a second person/ }).click();
      await first.heading(/^Roll back product_search .*awaiting approval$/).waitFor();
      return new URL(first.page.url()).pathname.replace('/console/', '');
    };
    const approve = (of: Visitor) => of.page.getByRole('button', { name: 'Approve in prod-eu' });

    const late = await asksToRollBack();
    await first.seen('You asked for it, so somebody else has to approve it.');
    expect(await approve(first).count()).toBe(0);
    const second = await logsIn('second', origin, late);
    // By what is so now: what it would do, and what is at stake, before the two answers.
    const now = second.page.getByRole('region', { name: 'If it is approved now' });
    await now.getByRole('heading', { name: 'What is at stake' }).waitFor();
    await now.getByText(/^Switches readers from .* back to it in one call\.$/).waitFor();
    await now.getByText(/^Readers of ".*" get what the earlier generation holds, at once\.$/).waitFor();
    expect(await approve(second).isDisabled()).toBe(true);
    expect(await findings(second.page)).toEqual([]);
    await keepScreenshot(second.page, 'approval');
    await fixture.pool.query(
      'UPDATE registry.requested_actions SET expires_at = clock_timestamp() WHERE id = $1',
      [late.split('/')[1]],
    );
    for (const who of [first, second]) {
      await who.heading(/^Roll back product_search .*expired$/).waitFor();
      await who.seen('Nobody approved it in time.');
    }
    expect(await approve(second).count()).toBe(0);

    const overtaken = await asksToRollBack();
    await second.visit(await asksToRollBack());
    await confirm(now);
    let sent = 0;
    second.page.on('request', (one) => (sent += one.url().endsWith('/approval') ? 1 : 0));
    await approve(second).dblclick();
    for (const who of [first, second]) await who.heading(/^Roll back product_search .*done$/).waitFor();
    await first.seen(`by key:${keys.second.id}`);
    expect(sent).toBe(1);

    // That took the way back from the other request, which the second person sees before anything is tried.
    await second.visit(overtaken);
    await now.getByRole('alert').getByText('There is no earlier generation on standby.').waitFor();
    expect(await approve(second).isDisabled()).toBe(true);
    await now.getByRole('button', { name: 'Reject' }).click();
    await second.heading(/^Roll back product_search .*rejected$/).waitFor();
  });
});
