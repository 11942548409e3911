import type { LogSource } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshName, kafkaAdmin } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { contractEvents, sourceContract } from '@reprise/testing';
import { testEventStore, type TestEventStore } from '../testing/event-store.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { openEventStoreSource } from './event-store-source.ts';
import { ownWarnings } from '../testing/own-warnings.ts';

let model: TestReadModel;
let eventStore: TestEventStore;
let events: ProductEvent[];

/** Reads a source to its end and closes it. */
async function valuesOf(source: LogSource): Promise<string[]> {
  const read: string[] = [];
  try {
    for await (const { values } of source.read(
      source.slices[0]!,
      { position: 0n },
      new AbortController().signal,
    ))
      read.push(...values.map(String));
  } finally {
    await source.close();
  }
  return read;
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 3 });
  eventStore = await testEventStore();
  const lives = Array.from({ length: 60 }, (_, index) =>
    productHistory({
      events: [step.created(), step.published(), index % 7 === 0 ? step.deleted() : step.priceChanged(index)],
    }),
  );
  events = [0, 1, 2].flatMap((at) => lives.map((life) => life[at]!));
  await produce(model.topic, events);
  await eventStore.append(events);
});

describe('the event store as source', () => {
  it('G4: gives the same digest as Kafka, whatever the page size', async () => {
    const fromKafka = await model.rebuild({ promote: false });
    const servers = { eventStore: eventStore.store };
    const fromStore = await model.rebuild({ source: 'event-store', promote: false }, {}, servers);
    expect(fromStore.receipt).toMatchObject({
      outcome: 'built',
      source: 'event-store',
      digest: fromKafka.receipt.digest,
      events: { read: events.length, applied: events.length },
    });
    const source = await openEventStoreSource({
      events: productEvents,
      eventStore: eventStore.store,
      topic: { name: 't', id: 'i' },
      positions: new Map(),
      pageSize: 7,
    });
    expect(await valuesOf(source)).toHaveLength(events.length);
  });

  it('keeps the versions of a long history in numeric order, also across pages', async () => {
    const long = await testEventStore();
    const history = productHistory({
      events: [step.created(), ...Array.from({ length: 24 }, (_, price) => step.priceChanged(price))],
    });
    await long.append(history);
    const source = await openEventStoreSource({
      events: productEvents,
      eventStore: long.store,
      topic: { name: 't', id: 'i' },
      positions: new Map(),
      pageSize: 7,
    });
    const values = await valuesOf(source);
    const versions = values.map((value) => (JSON.parse(value) as ProductEvent).aggregateversion);
    expect(versions).toEqual(history.map(({ aggregateversion }) => aggregateversion));
  });

  it('gives the generation the positions Kafka had before the snapshot, so that no later event is lost', async () => {
    const { receipt } = await model.rebuild(
      { source: 'event-store', promote: false },
      {},
      { eventStore: eventStore.store },
    );
    const positions = await model.registry.positions(receipt.generation!.uuid);
    const ends = await (await kafkaAdmin()).fetchTopicOffsets(model.topic.name);
    expect(Object.fromEntries(positions)).toEqual(
      Object.fromEntries(ends.map(({ partition, high }) => [partition, BigInt(high)])),
    );
  });

  it('sees one snapshot: what is appended while it reads is not in it', async () => {
    const source = await openEventStoreSource({
      events: productEvents,
      eventStore: eventStore.store,
      topic: { name: 't', id: 'i' },
      positions: new Map(),
    });
    await eventStore.append(productHistory({ events: [step.created()] }));
    const { length: read } = await valuesOf(source);
    expect(BigInt(read)).toBe(source.slices[0]!.end);
    expect(read).toBe(events.length);
  });

  it('is chosen by auto when Kafka has lost its beginning, and the receipt says so', async () => {
    const compacted = await testReadModel({ partitions: 1, topicConfig: { 'cleanup.policy': 'compact' } });
    const { receipt } = await compacted.rebuild({ source: 'auto' }, {}, { eventStore: eventStore.store });
    expect(receipt).toMatchObject({ outcome: 'promoted', source: 'event-store' });
    expect(ownWarnings(receipt)).toEqual([
      expect.stringContaining('compacted'),
      expect.stringContaining('no running consumer feeds'),
    ]);
  });

  it('is refused with a clear message where it is not configured', async () => {
    const { receipt, ending } = await model.rebuild({ source: 'event-store' });
    expect(ending.exitCode).toBe(1);
    expect(receipt.message).toContain('EVENT_STORE_DATABASE_URL');
  });
});

describe('the event store as a log source', () => {
  let pool: Pool | undefined;
  sourceContract(() => ({
    resumable: false,
    openResources: () => pool?.totalCount ?? 0,
    async newLog() {
      const { store: eventStore, appendRaw, begin } = await testEventStore();
      pool = eventStore.pool;
      return {
        append: appendRaw,
        begin,
        open: () =>
          openEventStoreSource({
            ...{ eventStore, events: contractEvents, topic: { name: freshName('t'), id: 'i' } },
            ...{ positions: new Map(), pageSize: 7 },
          }),
      };
    },
  }));
});
