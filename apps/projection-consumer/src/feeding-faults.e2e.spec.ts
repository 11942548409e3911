import { type ProductEvent, productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  eventually,
  freshName,
  kafkaAdmin,
  produceRaw,
  testEndpoints,
  type SpawnedApp,
} from '@reprise/test-kit';
import { httpProxy, type HttpFault } from '@reprise/test-kit/proxies';
import { catalogue, consumerFixture, readinessOf, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';
import { recordsOf } from './testing/records-of.ts';

async function startServing(fixture: ConsumerFixture, env?: Record<string, string>): Promise<SpawnedApp> {
  const app = fixture.start(env);
  await app.ready();
  await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
  return app;
}

async function expectFolded(fixture: ConsumerFixture, log: readonly ProductEvent[]): Promise<void> {
  await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
}

describe('the projection consumer', () => {
  it.concurrent(
    'C1: killed between acknowledged writes and saved positions, applies nothing twice afterwards',
    async () => {
      const fixture = await consumerFixture();
      const log = catalogue(
        30,
        Array.from({ length: 5 }, () => step.stockAdjusted(1)),
      );
      await produce(fixture.topic, log);
      const doomed = fixture.start({ FAILPOINT: 'consumer.afterWrite=kill' });
      expect(await doomed.exit()).toEqual({ code: null, signal: 'SIGKILL' });
      expect(doomed.output.map(({ text }) => text)).toContain('failpoint consumer.afterWrite fired: kill');
      const [generation] = await fixture.generations('VERIFIED');
      const written = await fixture.documents(generation!.name);
      const saved = [...(await fixture.registry.positions(generation!.uuid)).values()];
      expect(written.size).toBeGreaterThan(0);
      expect(saved.filter((position) => position > 0n)).toEqual([]);

      await startServing(fixture);
      await expectFolded(fixture, log);
    },
  );

  it.concurrent(
    'C9: folds duplicates and events out of order to the same documents, gaps closed from the event store',
    async () => {
      const fixture = await consumerFixture();
      await startServing(fixture);
      const log = catalogue(12, [
        step.stockAdjusted(3),
        step.priceChanged(5),
        step.stockAdjusted(-2),
        step.deleted(),
      ]);
      await fixture.store(log);
      // Batch for batch: versions 1 and 3, then 5 before 2 and 4, then everything again.
      const of = (...versions: number[]) =>
        log.filter(({ aggregateversion }) => versions.includes(aggregateversion));
      for (const events of [of(1), of(3), of(5), of(2), of(4), log.toReversed()])
        await produce(fixture.topic, events);
      await expectFolded(fixture, log);
      expect(await recordsOf(fixture.deadLetters.name)).toEqual([]);
    },
  );

  it.concurrent(
    'C7, C8: puts what is not an event aside with where it came from, and continues',
    async () => {
      const fixture = await consumerFixture(1);
      await startServing(fixture);
      const [created, changed] = productHistory({ events: [step.created(), step.priceChanged(7)] });
      const encoded = JSON.parse(productEvents.encode(changed!)) as Record<string, unknown>;
      const future = { ...encoded, type: 'product.price-changed.v99' };
      const polluting = productEvents
        .encode(changed!)
        .replace('"data":{', '"__proto__":{"polluted":1},"data":{"__proto__":{"polluted":1},');
      const poison = ['{not json', null, JSON.stringify(future), polluting, '[]', ''];
      await produce(fixture.topic, [created!]);
      await produceRaw(
        fixture.topic,
        poison.map((value) => ({ key: 'k', value })),
      );
      await produce(fixture.topic, [changed!]);
      await expectFolded(fixture, [created!, changed!]);

      const letters = await recordsOf(fixture.deadLetters.name, poison.length);
      const reasons = letters.map(({ headers }) => headers['reason']);
      expect(reasons).toEqual([
        'not-json',
        'null-value',
        'unknown-type',
        'schema-violated',
        'not-an-envelope',
        'not-json',
      ]);
      expect(letters.map(({ value }) => value)).toEqual(poison);
      letters.forEach(({ key, headers }, index) => {
        expect(key).toBe('k');
        expect(headers).toMatchObject({
          'original-topic': fixture.topic.name,
          'original-partition': '0',
          'original-offset': String(index + 1),
          attempts: '3',
        });
      });
    },
  );

  it.concurrent(
    'puts events aside whose predecessors are nowhere, and what cannot be part of a life',
    async () => {
      const fixture = await consumerFixture(1);
      await startServing(fixture);
      const orphan = productHistory({ events: [step.priceChanged(1)], firstVersion: 5 });
      const undead = productHistory({ events: [step.created(), step.deleted(), step.published()] });
      const stranger = productHistory({ id: 'no-uuid', events: [step.published()], firstVersion: 2 });
      const fine = catalogue(3);
      await produce(fixture.topic, [...orphan, ...undead, ...stranger, ...fine]);
      await expectFolded(fixture, [...undead.slice(0, 2), ...fine]);
      await eventually(async () => {
        const letters = await recordsOf(fixture.deadLetters.name);
        expect(
          letters.map(({ headers }) => `${headers['reason']} ${headers['original-offset']}`).sort(),
        ).toEqual(['not-applicable 3', 'version-gap 0', 'version-gap 4']);
      });
    },
  );

  it.concurrent(
    'C11: stands still, unready, while the dead-letter topic is missing, and recovers when it is there',
    async () => {
      const fixture = await consumerFixture();
      const missing = freshName('test.dead');
      const app = await startServing(fixture, { DEAD_LETTER_TOPIC: missing });
      await app.ready();
      const [live] = await fixture.generations('LIVE');
      const flowing = catalogue(40);
      await produceRaw(fixture.topic, [{ key: 'k', value: '{not json', partition: 0 }]);
      await eventually(async () => {
        const { status, reasons } = await readinessOf(app);
        expect(status).toBe(503);
        expect(reasons).toContain('partition 0 stands still');
      });
      await produce(fixture.topic, flowing);
      // The other partitions continue meanwhile.
      await eventually(async () => {
        const positions = await fixture.registry.positions(live!.uuid);
        expect(positions.get(1)).toBeGreaterThan(0n);
        expect(positions.get(2)).toBeGreaterThan(0n);
        expect(positions.get(0) ?? 0n).toBe(0n);
      });

      const admin = await kafkaAdmin();
      await admin.createTopics({ topics: [{ topic: missing, numPartitions: 1 }], waitForLeaders: true });
      try {
        await app.ready();
        await expectFolded(fixture, flowing);
        expect((await recordsOf(missing)).map(({ value }) => value)).toContain('{not json');
      } finally {
        await app.kill();
        await admin.deleteTopics({ topics: [missing] });
      }
    },
  );

  it.concurrent(
    'C2, C3: waits out an Elasticsearch that refuses, and loses the answers of what it took',
    async () => {
      const fixture = await consumerFixture();
      const proxy = await httpProxy(testEndpoints().elasticsearch.node);
      afterFile(() => proxy.close());
      await startServing(fixture, { ELASTICSEARCH_NODE: proxy.url });
      const log = catalogue(40, [step.stockAdjusted(1), step.published()]);
      const faults: HttpFault[] = [
        { kind: 'answer', status: 503 },
        { kind: 'answer', status: 429 },
        { kind: 'lose-answer' },
      ];
      for (const [index, fault] of faults.entries()) {
        const before = proxy.injected;
        proxy.inject(({ path }) => (/\/_(?:bulk|mget)\b/.test(path) ? fault : undefined));
        await produce(fixture.topic, index === 0 ? log.slice(0, 40) : log);
        await eventually(() => expect(proxy.injected - before).toBeGreaterThan(2));
        proxy.inject(undefined);
        if (index > 0) await expectFolded(fixture, log);
      }
      expect(await recordsOf(fixture.deadLetters.name)).toEqual([]);
    },
  );

  it.concurrent(
    'C12: shares the partitions with a second process, and takes them back when that is killed',
    async () => {
      const fixture = await consumerFixture();
      const first = await startServing(fixture);
      const second = fixture.start();
      await second.ready();
      await first.logged({ msg: 'partitions assigned' });
      const log = catalogue(30);
      await produce(fixture.topic, log.slice(0, 45));
      await eventually(async () => {
        const held = (await fixture.registry.liveFeeders(5_000)).map(
          ({ attachments }) => attachments[0]?.partitions.length,
        );
        expect(held.sort()).toEqual([1, 2]);
      });
      await produce(fixture.topic, log.slice(45, 60));
      await second.kill('SIGKILL');
      await produce(fixture.topic, log.slice(60));
      await expectFolded(fixture, log);
    },
  );
});
