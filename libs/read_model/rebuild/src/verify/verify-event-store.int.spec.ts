import { Admin } from '@platformatic/kafka';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { aggregateHistory, feedEvents } from '@reprise/read-model-feed';
import type { GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, eventually, testEndpoints } from '@reprise/test-kit';
import { testEventStore, type TestEventStore } from '../testing/event-store.ts';
import { feedBy, feedNoMore } from '../testing/feeders.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel, type VerifyOptions } from './verify.ts';

let model: TestReadModel;
let eventStore: TestEventStore;
let live: GenerationName;
let events: ProductEvent[];
let ids: string[];

const verify = (changes: Partial<VerifyOptions> = {}) =>
  verifyReadModel(
    {
      projection: model.projection,
      source: 'event-store',
      deep: false,
      limit: 20,
      memoryBytes: 512 << 20,
      // However long this machine takes, only what a test made an hour old is late.
      maxLagMs: 600_000,
      ...changes,
    },
    {
      ...model.servers,
      eventStore: eventStore.store,
      history: aggregateHistory(eventStore.store, productEvents),
    },
    new AbortController().signal,
  );

beforeAll(async () => {
  model = await testReadModel({ partitions: 2 });
  eventStore = await testEventStore();
  events = Array.from({ length: 30 }, () =>
    productHistory({ events: [step.created(), step.published()] }),
  ).flat();
  ids = [...new Set(events.map(({ subject }) => subject))];
  await eventStore.append(events);
  await produce(model.topic, events);
  live = (await model.rebuild()).receipt.generation!.name as GenerationName;
});

describe('verify against the event store', () => {
  it('finds a read model clean that holds all the topic has, and distinguishes what was not published yet from what is missing', async () => {
    expect(await verify({ deep: true })).toMatchObject({
      clean: true,
      source: 'event-store',
      counts: { inFlight: 0 },
    });
    const next = productHistory({
      id: ids[0]!,
      events: [step.priceChanged(4)],
      firstVersion: 3,
      startedAt: new Date(),
    });
    const created = productHistory({ events: [step.created()], startedAt: new Date() });
    await eventStore.append([...next, ...created]);
    const unpublished = { unpublished: 2, missing: 0, inFlight: 0 };
    await eventStore.execute(
      'INSERT INTO outbox_events SELECT aggregate_id, 1, now() FROM event_store LIMIT 2',
    );
    expect(await verify()).toMatchObject({ outcome: 'clean', counts: unpublished });
    // The relay has been dead for an hour.
    await eventStore.execute(`UPDATE outbox_events SET created_at = now() - interval '1 hour'`);
    expect(await verify()).toMatchObject({
      outcome: 'behind',
      counts: unpublished,
      freshness: {
        text: 'BEHIND 2 events, 60 min: committed, and not published',
        next: { do: 'start', application: 'outbox-relay' },
      },
    });
    await eventStore.execute('DELETE FROM outbox_events');
    // Published, but not fed yet.
    await produce(model.topic, [...next, ...created]);
    await feedBy(model, live);
    expect(await verify()).toMatchObject({ clean: true, counts: { inFlight: 2, unpublished: 0 } });
    await feedNoMore(model);
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
    expect(await verify()).toMatchObject({ clean: true, counts: { inFlight: 0 } });
  });

  it('takes a document that a repair made before the relay published for in flight, by either log', async () => {
    const next = productHistory({ id: ids[1]!, events: [step.priceChanged(5)], firstVersion: 3 });
    const created = productHistory({ events: [step.created()] });
    await eventStore.append([...next, ...created]);
    await feedEvents(
      { store: model.store, name: live, projection: model.projection },
      [...next, ...created],
      undefined,
    );
    expect(await verify({ source: 'kafka' })).toMatchObject({ clean: true, counts: { inFlight: 2 } });
    expect(await verify()).toMatchObject({ clean: true, counts: { inFlight: 0 } });
    await produce(model.topic, [...next, ...created]);
  });

  it('finds what is missing and stale, also when the topic has lost its beginning', async () => {
    live = (await model.rebuild()).receipt.generation!.name as GenerationName;
    await elasticsearch().delete({ index: live, id: ids[5]! });
    const [old] = events.filter(({ subject }) => subject === ids[6]);
    await elasticsearch().delete({ index: live, id: ids[6]! });
    await elasticsearch().indices.putSettings({ index: live, settings: { 'index.gc_deletes': '0ms' } });
    // The version of a deleted document is forgotten at a refresh, once the server's clock has moved on.
    await eventually(async () => {
      await elasticsearch().indices.refresh({ index: live });
      await feedEvents({ store: model.store, name: live, projection: model.projection }, [old!], undefined);
      expect((await model.store.read(live, [ids[6]!])).size).toBe(1);
    });
    const found = { clean: false, counts: { missing: 1, stale: 1, extra: 0, different: 0, inFlight: 0 } };
    expect(await verify()).toMatchObject(found);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...testEndpoints().kafka.brokers] });
    const partitions = [0, 1].map((partition) => ({ partition, offset: 3n }));
    await admin.deleteRecords({ topics: [{ name: model.topic.name, partitions }] });
    await admin.close();
    expect(await verify()).toMatchObject(found);
    await expect(verify({ source: 'kafka' })).rejects.toMatchObject({
      code: 'HISTORY_INCOMPLETE',
      message: expect.stringContaining('--source event-store'),
    });
  });
});
