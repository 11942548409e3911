import { jest } from '@jest/globals';
import { afterFile, testEndpoints } from '@reprise/test-kit';
import { httpProxy, tcpProxy, type HttpProxy, type TcpProxy } from '@reprise/test-kit/proxies';
import {
  describeInBrowser,
  findings,
  keepScreenshot,
  openBrowser,
  visitor,
  type Visitor,
} from '../testing/browser.ts';
import { consoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

jest.setTimeout(240_000);

describeInBrowser('A console that loses a server', () => {
  let search: HttpProxy;
  let kafka: TcpProxy;
  let postgres: TcpProxy;
  let server: StartedConsole;
  let who: Visitor;

  beforeAll(async () => {
    const endpoints = testEndpoints();
    const fixture = await consoleFixture(20);
    const registry = new URL(fixture.env['READ_MODEL_DATABASE_URL']!);
    search = await httpProxy(endpoints.elasticsearch.node);
    kafka = await tcpProxy(endpoints.kafka.brokers[0]!);
    postgres = await tcpProxy(`${registry.hostname}:${registry.port}`);
    afterFile(async () => void (await Promise.all([kafka.close(), postgres.close()])));
    registry.port = String(postgres.port);
    await fixture.job('rebuild', '--projection', 'product_search');
    server = await fixture.start({
      ...{ ELASTICSEARCH_NODE: search.url, KAFKA_BROKERS: kafka.address },
      READ_MODEL_DATABASE_URL: registry.href,
    });
    who = await visitor(await openBrowser(), () => server.origin);
    await who.visit('');
    await who.logIn();
  });
  afterAll(() => search.close());
  afterEach(() => expect(who.complaints).toEqual([]));

  /** A line of the card, with what it says. */
  const line = (name: string) =>
    who
      .card()
      .locator('dt', { hasText: new RegExp(`^${name}$`) })
      .locator('xpath=following-sibling::dd[1]');
  const allIsKnown = async () => {
    await who.page
      .getByText(/cannot be used|does not answer/)
      .first()
      .waitFor({ state: 'detached' });
    await who.card().getByText('gate passed').waitFor();
    await line('freshness').getByText('every event of the log was read').waitFor();
    await line('dead letters')
      .getByText(/unknown/)
      .waitFor({ state: 'detached' });
  };

  beforeEach(allIsKnown);

  it('says that a store is away, what is unknown by that, and takes it back', async () => {
    search.inject(() => ({ kind: 'reset' }));
    await who.seen('stores cannot be used.');
    await line('served from')
      .getByText(/unknown.*Elasticsearch/)
      .waitFor();
    await keepScreenshot(who.page, 'store-away');
    search.inject(undefined);
    await allIsKnown();
  });

  it('says that the log is away, what is unknown by that, and takes it back', async () => {
    await kafka.set('refuse');
    await who.seen('log cannot be used.');
    await line('freshness')
      .getByText(/unknown.*Kafka/)
      .waitFor();
    // What readers are on is in the store, and is known.
    await line('served from')
      .getByText(/^product_search_v/)
      .waitFor();
    expect(await findings(who.page)).toEqual([]);
    await keepScreenshot(who.page, 'log-away');
    await kafka.set('pass');
    await allIsKnown();
  });

  it('shows nothing of before when the registry is away, and takes it back', async () => {
    await postgres.set('refuse');
    await who.heading(/^Whether anything is served is unknown/).waitFor();
    await who.seen('The registry does not answer.');
    expect(await who.page.getByRole('article').count()).toBe(0);
    expect(await findings(who.page)).toEqual([]);
    await keepScreenshot(who.page, 'registry-away');
    await postgres.set('pass');
    await allIsKnown();
    // It says what it said before, so it comes again only because it was dropped.
    await line('write side').getByText('nothing was heard of it yet').waitFor({ state: 'detached' });
  });

  it('shows nothing of before either on another page, or to whoever comes while the registry is away', async () => {
    await postgres.set('refuse');
    await who.heading(/^Whether anything is served is unknown/).waitFor();
    await who.visit('runs');
    await who.page
      .getByRole('alert')
      .getByText(/unknown/)
      .waitFor();
    await who.visit('');
    await who.heading(/^Whether anything is served is unknown/).waitFor();
    expect(await who.page.getByRole('article').count()).toBe(0);
    await postgres.set('pass');
    await allIsKnown();
  });
});
