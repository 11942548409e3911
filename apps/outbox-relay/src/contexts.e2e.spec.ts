import { aggregate, checkHistory, relayFixture, type RelayFixture } from '@reprise/relay/testing';
import {
  eventually,
  freshName,
  freshTopic,
  metricsOf,
  spawnApp,
  testCredential,
  type SpawnedApp,
} from '@reprise/test-kit';

/** Two contexts, each with its outbox and topic. */
interface Scene {
  readonly product: RelayFixture;
  readonly recruiting: RelayFixture;
  relay(args: readonly string[], env?: Readonly<Record<string, string>>): SpawnedApp;
}

async function openScene(): Promise<Scene> {
  const [product, recruiting] = [await relayFixture(), await relayFixture()];
  const own = {
    ...product.env,
    REPRISE_CONTEXTS: '',
    RECRUITING_OUTBOX_DATABASE_URL: recruiting.settings.writeDatabaseUrl,
    RECRUITING_EVENTS_TOPIC: recruiting.topic.name,
  };
  return {
    product,
    recruiting,
    relay: (args, env = {}) => spawnApp('apps/outbox-relay/src/main.ts', { env: { ...own, ...env }, args }),
  };
}

const originOf = async (app: SpawnedApp): Promise<string> =>
  `http://127.0.0.1:${String((await app.logged({ msg: 'listening' }))['port'])}`;

async function checksOf(origin: string): Promise<Record<string, string>> {
  const response = await fetch(`${origin}/health/checks`, { headers: testCredential });
  return ((await response.json()) as { checks: Record<string, string> }).checks;
}

const drained = ({ unpublished }: RelayFixture): Promise<void> =>
  eventually(async () => expect(await unpublished()).toBe(0));

const stderrOf = (app: SpawnedApp): string =>
  app.output.flatMap(({ stream, text }) => (stream === 'stderr' ? [text] : [])).join('\n');

describe('a relay of several contexts', () => {
  it.concurrent(
    'publishes each to its topic while the topic of another is missing, and says which is not ready',
    async () => {
      const { product, recruiting, relay } = await openScene();
      const missing = freshName('test.missing');
      const app = relay([], { RECRUITING_EVENTS_TOPIC: missing });
      const origin = await originOf(app);
      await recruiting.append(aggregate(1), 1);
      await product.appendMany(10, 10);
      await drained(product);
      await eventually(async () =>
        expect(await checksOf(origin)).toEqual({
          'product.outbox': 'ok',
          'product.eventLog': 'ok',
          'product.publishing': 'ok',
          'recruiting.outbox': 'ok',
          'recruiting.eventLog': 'failed',
          'recruiting.publishing': 'failed',
        }),
      );
      expect(await recruiting.unpublished()).toBe(1);
      await freshTopic({ name: missing, partitions: 3 });
      await drained(recruiting);
      await app.ready();
      const metrics = await metricsOf(origin);
      for (const [context, events] of [
        ['product', 100],
        ['recruiting', 1],
      ] as const) {
        expect(metrics).toContain(
          `outbox_relay_published_total{context="${context}",app="outbox-relay"} ${events}`,
        );
        expect(metrics).toContain(`outbox_relay_leader{context="${context}",app="outbox-relay"} 1`);
      }
      expect(await app.kill()).toEqual({ code: 0, signal: null });
      expect(await checkHistory(product)).toMatchObject({ duplicates: 0 });
    },
  );

  it.concurrent(
    'publishes the others while a database refuses one, and exits 1 where all are refused',
    async () => {
      const { product, recruiting, relay } = await openScene();
      const refused = new URL(recruiting.settings.writeDatabaseUrl);
      refused.password = 'wrong';
      const app = relay([], { RECRUITING_OUTBOX_DATABASE_URL: refused.href });
      const origin = await originOf(app);
      await product.append(aggregate(1), 1);
      await drained(product);
      await app.logged({
        context: 'recruiting',
        msg: 'not published: a server refuses it; other contexts are, and this one is retried',
      });
      expect(await checksOf(origin)).toMatchObject({ 'recruiting.outbox': 'failed', 'product.outbox': 'ok' });
      await app.kill();

      const alone = relay(['--context=recruiting'], { RECRUITING_OUTBOX_DATABASE_URL: refused.href });
      expect(await alone.exit()).toEqual({ code: 1, signal: null });
    },
  );

  it.concurrent(
    'drains all with --once, with a summary of each and the first exit code that is not 0',
    async () => {
      const { product, recruiting, relay } = await openScene();
      await product.append(aggregate(1), 1);
      await recruiting.appendMany(2, 2);
      const all = relay(['--once']);
      expect(await all.exit()).toEqual({ code: 0, signal: null });
      expect(all.stdout()).toBe(
        'product: published 1, parked 0, remaining 0\nrecruiting: published 4, parked 0, remaining 0',
      );
      await recruiting.append(aggregate(3), 1);
      await product.append(aggregate(1), 2);
      const half = relay(['--once', '--json'], { PRODUCT_EVENTS_TOPIC: freshName('test.missing') });
      expect(await half.exit()).toEqual({ code: 1, signal: null });
      expect(JSON.parse(half.stdout())).toEqual([
        {
          context: 'product',
          outcome: 'misconfigured',
          published: 0,
          parked: 0,
          remaining: 1,
          problem: expect.any(String),
        },
        { context: 'recruiting', outcome: 'drained', published: 1, parked: 0, remaining: 0 },
      ]);
      const one = relay(['--once', '--json', '--context', 'recruiting']);
      expect(await one.exit()).toEqual({ code: 0, signal: null });
      expect(one.stdout()).toBe('{"outcome":"drained","published":0,"parked":0,"remaining":0}');
    },
  );

  it.concurrent('refuses everything that is wrong at once and publishes nothing', async () => {
    const { product, relay } = await openScene();
    await product.append(aggregate(1), 1);
    const shared = { RECRUITING_EVENTS_TOPIC: product.topic.name, KAFKA_BROKERS: 'nonsense' };
    const same = relay(['--once'], {
      ...shared,
      RECRUITING_OUTBOX_DATABASE_URL: product.settings.writeDatabaseUrl,
    });
    expect(await same.exit()).toEqual({ code: 1, signal: null });
    expect(stderrOf(same)).toMatch(
      /KAFKA_BROKERS.*RECRUITING_EVENTS_TOPIC is the same topic as PRODUCT_EVENTS_TOPIC.*RECRUITING_OUTBOX_DATABASE_URL is the same database as WRITE_DATABASE_URL/s,
    );
    const unknown = relay([], { REPRISE_CONTEXTS: 'product,sales', OUTBOX_RELAY_PORT: 'x' });
    expect(await unknown.exit()).toEqual({ code: 1, signal: null });
    const { problems } = (await unknown.logged({ level: 'fatal' })) as { problems: string[] };
    expect(problems).toEqual([
      'REPRISE_CONTEXTS "sales" is not known: it must be one or more of product, recruiting',
      expect.stringContaining('OUTBOX_RELAY_PORT must be'),
    ]);
    const config = relay(['--once'], { REPRISE_CONFIG: 'package.json' });
    expect(await config.exit()).toEqual({ code: 1, signal: null });
    expect(stderrOf(config)).toMatch(/package\.json does not load/);
    expect(await product.unpublished()).toBe(1);
  });
});
