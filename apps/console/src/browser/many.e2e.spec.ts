import { jest } from '@jest/globals';
import type { RunView } from '../contract/index.ts';
import { describeInBrowser, findings, openBrowser, visitor, type Visitor } from '../testing/browser.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';
import { putAside } from '../testing/dead-letters.ts';

jest.setTimeout(300_000);

const partitions = 200;
const products = 2_500;
const letters = 4 * products;

describeInBrowser('A log of 200 partitions with 10,000 dead letters', () => {
  let fixture: ConsoleFixture;
  let server: StartedConsole;
  let who: Visitor;
  let ids: string[];

  beforeAll(async () => {
    fixture = await consoleFixture(400, partitions);
    await fixture.job('rebuild', '--projection', 'product_search');
    ids = await putAside(fixture, products, (number) => (number % 200 === 0 ? 'too-big' : 'refused'));
    server = await fixture.start();
    who = await visitor(await openBrowser(), () => server.origin);
    await who.visit('');
    await who.logIn();
  });
  afterEach(() => expect(who.complaints).toEqual([]));

  it('has a first screen like any other, whose proof speaks for every partition', async () => {
    await who.card().getByText(`watermark: ${partitions} partitions, 1,200 events`).click();
    await who
      .card()
      .getByText(/0:\d+ .* 199:\d+/)
      .waitFor();
    await who.card().getByText('at least 1,000 open').waitFor();
  });

  it('has a page of its run that shows where it is in each of them', async () => {
    const { body } = await server.ask<{ runs: RunView[] }>('/ops/v1/runs');
    await who.visit(`runs/${body.runs[0]!.runId}`);
    await who.seen(`${partitions} of ${partitions} partitions read to the end`);
    const table = who.page.getByRole('region', { name: 'Partitions' }).last();
    expect(await table.getByRole('row').count()).toBe(partitions + 1);
    await table.getByRole('rowheader', { name: '199', exact: true }).scrollIntoViewIfNeeded();
  });

  it('shows a page of dead letters at a time, newest first, and filters them', async () => {
    const table = who.page.getByRole('region', { name: 'Dead letters' });
    const first = () => table.getByRole('row').nth(1);
    await who.visit('dead-letters');
    await who.seen('10,000 letters match');
    expect(await table.getByRole('row').count()).toBe(101);
    await first()
      .getByText(`:${(letters - 1).toLocaleString('en')}`)
      .waitFor();
    await who.page.getByRole('button', { name: 'Older 100' }).click();
    await first()
      .getByText(`:${(letters - 101).toLocaleString('en')}`)
      .waitFor();
    await who.page.getByLabel('error').selectOption('too-big');
    await who.seen('50 letters match');
    expect(await findings(who.page)).toEqual([]);
    await who.page.getByLabel('aggregate').fill(ids[50]!);
    await who.page.getByRole('button', { name: 'Filter', exact: true }).click();
    await who.seen('1 letter match');
  });

  it('says before a redrive by filter how many it would touch, of how many aggregates, and in a dry run of it', async () => {
    await who.visit('dead-letters?reason=too-big');
    await who.seen('50 letters match');
    await who.page.getByRole('button', { name: 'Redrive all open ones' }).click();
    const dialog = who.page.getByRole('dialog');
    await dialog.getByText('It touches 50 dead letters of 50 aggregates.').waitFor();
    await dialog.getByRole('button', { name: 'Dry run first: changes nothing' }).click();
    await who.heading(/^Redrive .*done$/).waitFor();
  });

  it('says how many a redrive of all would touch', async () => {
    await who.visit('dead-letters');
    await who.page.getByRole('button', { name: 'Redrive all open ones' }).click();
    await who.page
      .getByRole('dialog')
      .getByText('It touches 10,000 dead letters of 2,500 aggregates.')
      .waitFor();
  });

  it('discards thousands by filter, those it counted and none that arrived after it', async () => {
    await who.visit('dead-letters?reason=refused');
    await who.seen('9,950 letters match');
    await who.page.getByRole('button', { name: 'Discard all open ones' }).click();
    const dialog = who.page.getByRole('dialog');
    await dialog.getByLabel('--reason').fill('sent by the load test');
    await dialog.getByText('It touches 9,950 dead letters of 2,500 aggregates.').waitFor();
    // While somebody reads that.
    await putAside(fixture, 1, () => 'refused', letters);
    await dialog.getByRole('button', { name: /^Discard in / }).click();
    await who.heading(/^Discard .*done$/).waitFor();
    await who.visit('dead-letters?state=open');
    await who.seen('54 letters match');
  });
});
