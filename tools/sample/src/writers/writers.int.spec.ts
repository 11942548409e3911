import { type ProductEvent, productEvents } from '@reprise/product-events';
import { runWriteMigrations } from '@reprise/product-api';
import { evolveProduct, type ProductState } from '@reprise/product-domain';
import {
  afterFile,
  freshDatabase,
  freshName,
  freshTopic,
  kafkaAdmin,
  spawnApp,
  testCredential,
  testEndpoints,
} from '@reprise/test-kit';
import { Consumer } from '@platformatic/kafka';
import pg from 'pg';
import { generateHistories } from '../catalogue/generate-histories.ts';
import { writeThroughApi } from './api-writer.ts';
import { writeToEventStore } from './event-store-writer.ts';
import { clientOptions } from './topic.ts';
import { writeToTopic } from './topic-writer.ts';

const asked = { products: 40, events: 400, seed: 3 };

interface StoredEvent {
  readonly aggregate_id: string;
  readonly aggregate_version: number;
  readonly text: string;
}

interface WriteSide {
  readonly url: string;
  events(): Promise<StoredEvent[]>;
  /** id, version, status, stock and price of every product, ids left out where `anonymous`. */
  products(): Promise<Record<string, unknown>[]>;
  outbox(): Promise<string[]>;
}

async function writeSide(): Promise<WriteSide> {
  const { url } = await freshDatabase('write');
  await runWriteMigrations(url);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  afterFile(() => pool.end());
  const rows = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> =>
    (await pool.query<Row>(sql)).rows;
  return {
    url,
    events: () =>
      rows(
        'SELECT aggregate_id, aggregate_version, envelope::text AS text FROM event_store ORDER BY position',
      ),
    products: () =>
      rows(
        'SELECT id, version, status, title, stock, price_minor::int AS price, tags FROM products ORDER BY id',
      ),
    outbox: async () =>
      (await rows<{ text: string }>('SELECT payload::text AS text FROM outbox_events ORDER BY id')).map(
        ({ text }) => text,
      ),
  };
}

const summaryOf = ({ productId, version, status, title, stock, priceMinor, tags }: ProductState) => ({
  id: productId,
  version,
  status,
  title,
  stock,
  price: priceMinor,
  tags,
});

function generated() {
  const events: ProductEvent[] = [];
  const states = new Map<string, ProductState>();
  for (const { event, state } of generateHistories(asked)) {
    events.push(event);
    states.set(state.productId, state);
  }
  return {
    events,
    states: [...states.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1)).map(summaryOf),
  };
}

describe('writeToEventStore', () => {
  it('writes the histories as they are: products, event store and outbox, byte for byte and in order', async () => {
    const side = await writeSide();
    const { events, states } = generated();
    const report = await writeToEventStore(generateHistories(asked), {
      writeDatabaseUrl: side.url,
      batchSize: 64,
    });
    expect(report).toMatchObject({ products: 40, events: 400 });
    const texts = events.map(productEvents.encode);
    expect((await side.events()).map(({ text }) => text)).toEqual(texts);
    expect(await side.outbox()).toEqual(texts);
    expect(await side.products()).toEqual(states);
  });

  it('refuses a catalogue that is there already and changes nothing', async () => {
    const side = await writeSide();
    await writeToEventStore(generateHistories(asked), { writeDatabaseUrl: side.url });
    const before = await side.products();
    await expect(
      writeToEventStore(generateHistories(asked), { writeDatabaseUrl: side.url }),
    ).rejects.toMatchObject({
      code: 'EVENTS_EXIST',
      message: expect.stringContaining('Nothing was written. Choose another --seed.') as string,
    });
    expect(await side.products()).toEqual(before);
    await writeToEventStore(generateHistories({ ...asked, seed: 4 }), { writeDatabaseUrl: side.url });
    expect(await side.events()).toHaveLength(800);
  });

  it('says to migrate when there are no tables, and stops between batches when aborted', async () => {
    const empty = await freshDatabase('write');
    await expect(
      writeToEventStore(generateHistories(asked), { writeDatabaseUrl: empty.url }),
    ).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('npm run -s migrate') as string,
    });
    const side = await writeSide();
    const controller = new AbortController();
    const writing = writeToEventStore(generateHistories(asked), {
      writeDatabaseUrl: side.url,
      batchSize: 100,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await side.events()).toHaveLength(100);
  });
});

describe('writeThroughApi', () => {
  it('plays every command through the running API, each product in its order', async () => {
    const side = await writeSide();
    const api = spawnApp('apps/product-api/src/main.ts', {
      env: { WRITE_DATABASE_URL: side.url, PRODUCT_API_PORT: '0' },
    });
    const { origin } = await api.ready();
    const report = await writeThroughApi(generateHistories(asked), {
      ...{ origin, concurrency: 8, credential: testCredential },
    });
    expect(report).toMatchObject({ products: 40, events: 400 });

    const folded = new Map<string, ProductState>();
    for (const { text } of await side.events()) {
      const event = JSON.parse(text) as ProductEvent;
      folded.set(event.subject, evolveProduct(folded.get(event.subject), event));
    }
    const anonymous = (states: readonly Record<string, unknown>[]) =>
      states.map(({ id: _id, ...state }) => JSON.stringify(state)).sort();
    expect(anonymous([...folded.values()].map(summaryOf))).toEqual(anonymous(generated().states));
    expect(anonymous(await side.products())).toEqual(anonymous(generated().states));
    expect(await side.outbox()).toHaveLength(400);

    const wrongOrder = [...generateHistories({ products: 1, events: 3 })].reverse();
    await expect(writeThroughApi(wrongOrder, { origin, credential: testCredential })).rejects.toMatchObject({
      code: 'API_REFUSED',
    });
  });

  it('says that the API does not answer', async () => {
    await expect(
      writeThroughApi(generateHistories(asked), { origin: 'http://127.0.0.1:1' }),
    ).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringContaining('Nothing was written.') as string,
    });
  });
});

describe('writeToTopic', () => {
  const { kafka } = testEndpoints();

  it('creates the topic and fills it as the relay would: key, headers, partition by key, order', async () => {
    const topic = freshName('test.sample');
    const admin = await kafkaAdmin();
    afterFile(async () => admin.deleteTopics({ topics: [topic] }));
    const report = await writeToTopic(generateHistories(asked), {
      kafka,
      topic,
      partitions: 3,
      batchSize: 64,
    });
    expect(report).toMatchObject({ products: 40, events: 400 });

    const records = await readAll(topic);
    const texts = generated().events.map(productEvents.encode);
    expect(records.map(({ value }) => value).sort()).toEqual([...texts].sort());
    const place = new Map(texts.map((text, index) => [text, index]));
    for (const partition of [0, 1, 2]) {
      const places = records
        .filter((record) => record.partition === partition)
        .map(({ value }) => place.get(value));
      expect(places.length).toBeGreaterThan(0);
      expect(places).toEqual([...places].sort((a = 0, b = 0) => a - b));
    }
    for (const { key, value, headers } of records) {
      expect(key).toBe((JSON.parse(value) as ProductEvent).subject);
      expect(headers).toEqual({ 'content-type': 'application/cloudevents+json' });
    }

    await expect(writeToTopic(generateHistories(asked), { kafka, topic })).rejects.toMatchObject({
      code: 'TOPIC_IN_USE',
    });
    await writeToTopic(generateHistories({ ...asked, seed: 4 }), { kafka, topic, append: true });
    expect(await readAll(topic)).toHaveLength(800);
  });

  it('puts a product in the partition where the relay puts it', async () => {
    const [ours, theirs] = [await freshTopic({ partitions: 5 }), await freshTopic({ partitions: 5 })];
    const steps = [...generateHistories({ products: 100, events: 100 })];
    await writeToTopic(steps, { kafka, topic: ours.name });
    const { Kafka, Partitioners, logLevel } = (await import('kafkajs')).default;
    const producer = new Kafka({ ...kafka, logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    await producer.send({
      topic: theirs.name,
      messages: steps.map(({ event }) => ({ key: event.subject, value: productEvents.encode(event) })),
    });
    await producer.disconnect();
    const partitionsOf = async (topic: string): Promise<Map<string, number>> =>
      new Map((await readAll(topic)).map(({ key, partition }) => [key, partition]));
    expect(await partitionsOf(ours.name)).toEqual(await partitionsOf(theirs.name));
  });

  interface ReadRecord {
    readonly partition: number;
    readonly key: string;
    readonly value: string;
    readonly headers: Record<string, string>;
  }

  async function readAll(topic: string): Promise<ReadRecord[]> {
    const consumer = new Consumer({ ...clientOptions(kafka), groupId: freshName('test-sample') });
    try {
      const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic) ?? [];
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'earliest',
        autocommit: false,
        maxWaitTime: 250,
      });
      const records: ReadRecord[] = [];
      let missing = ends.reduce((sum, end) => sum + end, 0n);
      for await (const { partition, key, value, headers } of stream) {
        const named = [...headers].map(([name, text]) => [String(name), String(text)]);
        records.push({
          partition,
          key: String(key),
          value: String(value),
          headers: Object.fromEntries(named) as Record<string, string>,
        });
        if (--missing === 0n) break;
      }
      return records;
    } finally {
      await consumer.close(true);
    }
  }
});
