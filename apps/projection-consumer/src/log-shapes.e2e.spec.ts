import { randomUUID } from 'node:crypto';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { generationName } from '@reprise/read-model-indices';
import { produce } from '@reprise/product-events/testing';
import {
  eventually,
  freshName,
  freshTopic,
  kafkaAdmin,
  producePacked,
  testEndpoints,
} from '@reprise/test-kit';
import { Kafka, logLevel } from 'kafkajs';
import { catalogue, consumerFixture, readinessOf, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';

/** Sends values to partition 0 in one transaction after another, each ended as requested. */
async function transactions(
  fixture: ConsumerFixture,
  rounds: readonly { readonly values: readonly string[]; readonly end: 'commit' | 'abort' }[],
): Promise<void> {
  const kafka = new Kafka({ ...testEndpoints().kafka, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    transactionalId: freshName('test.tx'),
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  try {
    for (const { values, end } of rounds) {
      const transaction = await producer.transaction();
      for (const value of values)
        await transaction.send({ topic: fixture.topic.name, messages: [{ partition: 0, value }] });
      await transaction[end]();
    }
  } finally {
    await producer.disconnect();
  }
}

async function expectFolded(fixture: ConsumerFixture, log: readonly ProductEvent[]): Promise<void> {
  await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
}

describe('the projection consumer on an unusual log', () => {
  it('G13: gets past aborted records and markers, at the tail too, and gives readers their first generation', async () => {
    const fixture = await consumerFixture(1);
    const log = catalogue(3);
    const values = log.map(productEvents.encode);
    // More than one fetch can hold, so that whole fetches come without a single record.
    const aborted = Array.from({ length: 4 }, () => 'x'.repeat(600_000));
    await transactions(fixture, [
      { values: values.slice(0, 4), end: 'commit' },
      { values: aborted, end: 'abort' },
      { values: values.slice(4), end: 'commit' },
      { values: [...aborted, 'never seen'], end: 'abort' },
    ]);
    const app = fixture.start();
    await app.ready();
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    const [live] = await fixture.generations('LIVE');
    const [end] = await (await kafkaAdmin()).fetchTopicOffsets(fixture.topic.name);
    expect((await fixture.registry.positions(live!.uuid)).get(0)).toBe(BigInt(end!.high));
    await expectFolded(fixture, log);

    const more = catalogue(2);
    await transactions(fixture, [{ values: more.map(productEvents.encode), end: 'commit' }]);
    await expectFolded(fixture, [...log, ...more]);
    expect(app.output.filter(({ json }) => json?.['msg'] === 'a generation needs earlier records')).toEqual(
      [],
    );
  });

  it('says that it stands still where the log does not hold what a generation needs, and why', async () => {
    const fixture = await consumerFixture(1);
    await produce(fixture.topic, catalogue(5));
    const partitions = [{ partition: 0, offset: '4' }];
    const admin = await kafkaAdmin();
    // It makes the client know the topic, which deleting needs.
    await admin.fetchTopicOffsets(fixture.topic.name);
    await admin.deleteTopicRecords({ topic: fixture.topic.name, partitions });
    const app = fixture.start();
    await eventually(async () => {
      const { status, reasons } = await readinessOf(app);
      expect(status).toBe(503);
      expect(reasons).toContain('the log begins at offset 4, but a generation needs offset 0');
    });
    expect(await fixture.readers()).toEqual([]);
    expect(await app.kill()).toMatchObject({ code: 0 });
  });

  it('stands still, and says why, where retention took all that a generation needs, and no record comes', async () => {
    const fixture = await consumerFixture(1);
    await produce(fixture.topic, catalogue(2));
    const first = fixture.start();
    await eventually(async () => expect(await fixture.readers()).toHaveLength(1));
    expect(await first.kill()).toMatchObject({ code: 0 });
    await produce(fixture.topic, catalogue(2));
    const admin = await kafkaAdmin();
    await admin.fetchTopicOffsets(fixture.topic.name);
    await admin.deleteTopicRecords({
      topic: fixture.topic.name,
      partitions: [{ partition: 0, offset: '12' }],
    });
    const app = fixture.start();
    await eventually(async () => {
      const { status, reasons } = await readinessOf(app);
      expect(status).toBe(503);
      expect(reasons).toContain('the log begins at offset 12, but a generation needs offset 6 next');
    });
    expect(await app.kill()).toMatchObject({ code: 0 });
  });

  it('stands still, moves no position and says why, when its topic is created again under it', async () => {
    const fixture = await consumerFixture(1);
    await produce(fixture.topic, catalogue(5));
    const app = fixture.start();
    // Readers are moved before the registry says so.
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    const [live] = await fixture.generations('LIVE');
    const before = await fixture.registry.positions(live!.uuid);
    await fixture.topic.delete();
    await produce(await freshTopic({ name: fixture.topic.name }), catalogue(2));
    await eventually(async () => {
      const { status, reasons } = await readinessOf(app);
      expect(status).toBe(503);
      expect(reasons).toContain('was deleted and created again');
    });
    expect(await fixture.registry.positions(live!.uuid)).toEqual(before);
    expect(await app.kill()).toMatchObject({ code: 0 });
  });

  it('feeds what is packed with any codec, and ends with the reason at a batch that unpacks to too much', async () => {
    const fixture = await consumerFixture(1);
    const app = fixture.start({ KAFKA_MAX_UNPACKED_BATCH_BYTES: '1048576' });
    await app.ready();
    const log: ProductEvent[] = [];
    for (const codec of ['zstd', 'none', 'snappy', 'gzip', 'lz4', 'zstd'] as const) {
      const events = catalogue(3);
      log.push(...events);
      const records = events.map((event) => ({ key: event.subject, value: productEvents.encode(event) }));
      await producePacked(fixture.topic, codec, records);
    }
    await expectFolded(fixture, log);
    const bomb = { key: 'x', value: Buffer.alloc(900_000) };
    await producePacked(fixture.topic, 'lz4', [bomb, bomb]);
    const stopped = await app.logged({ msg: 'stopped by an error' });
    expect(JSON.stringify(stopped)).toContain(
      'a record batch packed with lz4 unpacks to more than 1048576 bytes. Raise KAFKA_MAX_UNPACKED_BATCH_BYTES',
    );
    expect(await app.exit()).toMatchObject({ code: 1 });
  });

  it('is not held up by a generation whose index is gone', async () => {
    const fixture = await consumerFixture();
    const app = fixture.start();
    await app.ready();
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    const [live] = await fixture.generations('LIVE');
    const name = generationName(1, 'product_search', new Date(0), live!.fingerprint);
    const lease = await fixture.registry.acquireLease('product_search', {
      runId: randomUUID(),
      holder: 'test',
      ttlMs: 600_000,
    });
    if (!lease.acquired) throw new Error('the lease is held');
    const uuid = randomUUID();
    await fixture.registry.createGeneration({ ...live!, uuid, name, runId: null }, lease.fence);
    await fixture.registry.moveGeneration(uuid, ['BUILDING'], 'VERIFIED', { fence: lease.fence });
    await fixture.registry.releaseLease(lease.fence);

    const log = catalogue(10);
    await produce(fixture.topic, log);
    await expectFolded(fixture, log);
    await eventually(async () => expect(await fixture.generations('GONE')).toMatchObject([{ uuid, name }]));
    const logged = app.output.filter(({ json }) => json?.['generation'] === name);
    expect(logged.map(({ json }) => json?.['msg'])).toEqual([
      expect.stringContaining('the index or table of the generation is gone'),
    ]);
  });
});
