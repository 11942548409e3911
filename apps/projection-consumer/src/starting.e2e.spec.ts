import { produce } from '@reprise/product-events/testing';
import { afterFile, eventually, testEndpoints, type SpawnedApp } from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { catalogue, consumerFixture, readinessOf } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';

/** A server that refuses connections, or takes them and says nothing, until it appears. */
async function absent(target: string, how: 'refuse' | 'blackhole') {
  const proxy = await tcpProxy(target);
  afterFile(proxy.close);
  await proxy.set(how);
  return {
    address: proxy.address,
    appear: async (): Promise<void> => {
      // Nobody answers what was asked before.
      await proxy.set('refuse');
      await proxy.set('pass');
    },
  };
}

async function expectAlive(app: SpawnedApp): Promise<void> {
  const { port } = await app.logged({ msg: 'listening' });
  expect((await fetch(`http://127.0.0.1:${String(port)}/health/live`)).status).toBe(200);
}

const { env } = testEndpoints();

describe('a consumer started while a server is away', () => {
  it.each([
    ['Kafka', 'refuse'],
    ['Kafka', 'blackhole'],
    ['Postgres', 'refuse'],
    ['Elasticsearch', 'refuse'],
  ] as const)('(%s, %s) lives, is not ready and says why, and feeds once it is there', async (name, how) => {
    const fixture = await consumerFixture();
    const log = catalogue(10);
    await produce(fixture.topic, log);
    const database = new URL(fixture.env['READ_MODEL_DATABASE_URL'] ?? '');
    const target = {
      Kafka: env['KAFKA_BROKERS'] ?? '',
      Postgres: database.host,
      Elasticsearch: new URL(env['ELASTICSEARCH_NODE'] ?? '').host,
    }[name];
    const server = await absent(target, how);
    database.host = server.address;
    const through = {
      Kafka: { KAFKA_BROKERS: server.address },
      Postgres: { READ_MODEL_DATABASE_URL: database.href },
      Elasticsearch: { ELASTICSEARCH_NODE: `http://${server.address}` },
    }[name];
    const app = fixture.start(through);
    await eventually(async () => {
      const { status, reasons } = await readinessOf(app);
      expect({ status, named: reasons.includes(name) }).toEqual({ status: 503, named: true });
      await expectAlive(app);
    });
    await server.appear();
    // A request to a silent broker times out only after half a minute.
    await app.ready();
    await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('can be stopped while it waits', async () => {
    const fixture = await consumerFixture();
    for (const how of ['refuse', 'blackhole'] as const) {
      const app = fixture.start({ KAFKA_BROKERS: (await absent(env['KAFKA_BROKERS'] ?? '', how)).address });
      await eventually(async () => expect((await readinessOf(app)).reasons).toContain('Kafka'));
      expect(await app.kill()).toEqual({ code: 0, signal: null });
    }
  });

  it('does not wait for what only its operator can fix', async () => {
    const fixture = await consumerFixture();
    const app = fixture.start({ PRODUCT_EVENTS_TOPIC: 'no.such.topic' });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.stdout()).toContain('does not exist');
  });
});

describe('a consumer on the read-model database of another environment', () => {
  it('ends with 1, names both, and neither feeds nor makes anything', async () => {
    const [first, second] = [await consumerFixture(), await consumerFixture()];
    await produce(first.topic, catalogue(2));
    const app = first.start();
    await app.ready();
    await eventually(async () => expect(await first.readers()).toHaveLength(1));
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    const before = await first.registry.listGenerations();
    const { READ_MODEL_DATABASE_URL } = first.env;
    const refused = second.start({ READ_MODEL_DATABASE_URL });
    expect(await refused.exit()).toEqual({ code: 1, signal: null });
    for (const name of [first.topic.name, second.topic.name, first.alias, second.alias])
      expect(refused.stdout()).toContain(name);
    expect(await first.registry.listGenerations()).toEqual(before);
    expect(await second.readers()).toEqual([]);
  });
});
