import { randomUUID } from 'node:crypto';
import type { EventContract } from '@reprise/events';
import { productEvents, type ProductEvent } from '@reprise/product-events';
import { productSummary } from '@reprise/product-read-model';
import { productEventsByPosition } from '@reprise/product-read-model/testing';
import {
  createReadModelPool,
  generationName,
  openGenerationStore,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, freshDatabase, freshTopic, testEndpoints } from '@reprise/test-kit';
import type { AggregateHistory } from '../event-store/aggregate-history.ts';
import { feedEvents } from '../feed/feed-events.ts';
import { logHistory } from './log-history.ts';

const { kafka } = testEndpoints();
const life = (): ProductEvent[] =>
  productHistory({ events: [step.created(), step.published(), step.priceChanged(5)] });

/** The history of a topic, from which nothing was discarded. */
const historyOf = (topic: string, events = productEvents as unknown as EventContract): AggregateHistory =>
  logHistory({ kafka, topic, events, discarded: () => Promise.resolve([]) });

describe('the history of an aggregate in its log', () => {
  it('is its events in version order, whatever lies between them and however often they do', async () => {
    const topic = await freshTopic({ partitions: 3 });
    const [own, other] = [life(), life()];
    await produce(topic, [own[1]!, other[0]!, own[0]!, own[1]!, other[1]!, own[2]!]);
    const found = await historyOf(topic.name)(own[0]!.subject);
    expect(found.map(({ aggregateversion }) => aggregateversion)).toEqual([1, 2, 2, 3]);
    expect(await historyOf(topic.name)(randomUUID())).toEqual([]);
    const byPosition = await historyOf(topic.name, productEventsByPosition)(own[0]!.subject);
    expect(byPosition.map(({ type }) => type)).toEqual(
      [own[1], own[0], own[1], own[2]].map((event) => event!.type),
    );
  });

  it('grows by what was written since, also for several that ask at once', async () => {
    const topic = await freshTopic({ partitions: 3 });
    const lives = [life(), life(), life()];
    await produce(
      topic,
      lives.flatMap((events) => events.slice(0, 2)),
    );
    const history = historyOf(topic.name);
    const asked = () => Promise.all([...lives, lives[0]!].map((events) => history(events[0]!.subject)));
    expect((await asked()).map(({ length }) => length)).toEqual([2, 2, 2, 2]);
    await produce(
      topic,
      lives.flatMap((events) => events.slice(2)),
    );
    expect((await asked()).map(({ length }) => length)).toEqual([3, 3, 3, 3]);
  });

  it('can stand in for that of an event store, where a feed lacks an event that lies later', async () => {
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    const pool = createReadModelPool(database.feederUrl);
    afterFile(() => pool.end());
    const projection = productSummary as unknown as Projection;
    const store = openGenerationStore(projection, { pool });
    const name = generationName(1, projection.name, new Date(1_000_000), 'c0ffee00');
    await store.create(name, {
      uuid: randomUUID(),
      projection: projection.name,
      projectionVersion: 1,
      fingerprint: 'f',
    });
    const topic = await freshTopic();
    const [created, published, priced] = life();
    await produce(topic, [created!, priced!, published!]);
    const fed = await feedEvents({ store, name, projection }, [created!, priced!], historyOf(topic.name));
    expect(fed).toMatchObject({ gaps: [], repaired: [created!.subject] });
    expect((await store.read(name, [created!.subject])).get(created!.subject)).toMatchObject({ version: 3 });
  });
});
