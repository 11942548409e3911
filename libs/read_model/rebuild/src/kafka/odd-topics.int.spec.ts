import { ConfigResourceTypes } from '@platformatic/kafka';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { describeTopic } from '@reprise/read-model-feed';
import type { GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { eventually, kafkaAdmin, produceRaw, testEndpoints } from '@reprise/test-kit';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { storedDocuments } from '../testing/stored-documents.ts';
import { openTransaction } from '../testing/transactions.ts';
import { kafkaSource } from './kafka-source.ts';
import { ownWarnings } from '../testing/own-warnings.ts';

const life = () => productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] });
const lives = (count: number): ProductEvent[] => Array.from({ length: count }, life).flat();

/** More than one fetch brings, so that the end of a transaction that holds them lies in another answer than they do. */
const manyLives = () => lives(900);

/** Rebuilds and gives the receipt, once the documents are those that the naive fold makes of `events`. */
async function rebuiltFrom(model: TestReadModel, events: readonly ProductEvent[]) {
  const { receipt } = await model.rebuild();
  expect(receipt).toMatchObject({ outcome: 'promoted' });
  const stored = await storedDocuments(model.store, receipt.generation!.name as GenerationName);
  expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(naiveSearchDocuments(events)));
  return receipt;
}

describe('a rebuild ends, and equals the naive fold, on a topic', () => {
  let compacted: TestReadModel;
  /** Each a whole life, recorded twice under its key: the first record of each can be compacted away without loss. */
  let compactedEvents: ProductEvent[];

  beforeAll(async () => {
    // Compaction takes the broker some seconds; the other tests run meanwhile.
    compacted = await testReadModel({
      partitions: 1,
      topicConfig: {
        'cleanup.policy': 'compact',
        'segment.ms': '1000',
        'min.cleanable.dirty.ratio': '0',
      },
    });
    compactedEvents = Array.from({ length: 20 }, () => productHistory({ events: [step.created()] })).flat();
    const recorded = (at: number) =>
      compactedEvents.map((event) => ({
        key: event.subject,
        value: productEvents.encode(event),
        timestamp: Date.now() - at,
      }));
    await produceRaw(compacted.topic, recorded(120_000));
    await produceRaw(compacted.topic, recorded(60_000));
    await produceRaw(compacted.topic, recorded(0).slice(0, 1));
  });

  it('with transactions, aborted ones among them and at its end', async () => {
    const model = await testReadModel({ partitions: 2 });
    const [first, second, third, never] = [lives(5), lives(5), lives(5), manyLives()];
    await (await openTransaction(model.topic.name, 0, first)).end('commit');
    await (await openTransaction(model.topic.name, 0, never)).end('abort');
    await (await openTransaction(model.topic.name, 1, second)).end('commit');
    await produceRaw(
      model.topic,
      third.map((event) => ({ key: event.subject, value: productEvents.encode(event), partition: 1 })),
    );
    await (await openTransaction(model.topic.name, 1, never)).end('abort');
    const receipt = await rebuiltFrom(model, [...first, ...second, ...third]);
    expect(receipt.events).toMatchObject({ read: 45, applied: 45, duplicate: 0 });
  });

  it('with two transactions at once, one committed, and one aborted that outlasted it', async () => {
    const model = await testReadModel({ partitions: 1 });
    const [kept, dropped] = [lives(5), lives(5)];
    const aborted = await openTransaction(model.topic.name, 0, dropped);
    const committed = await openTransaction(model.topic.name, 0, kept);
    await committed.end('commit');
    await aborted.write(manyLives());
    await aborted.end('abort');
    await rebuiltFrom(model, kept);
  });

  it('with a transaction that is still open: up to its first record, and says so', async () => {
    const model = await testReadModel({ partitions: 2 });
    const [before, inside, behind] = [life(), life(), life()];
    const place = (events: readonly ProductEvent[]) =>
      produceRaw(
        model.topic,
        events.map((event) => ({ key: event.subject, value: productEvents.encode(event), partition: 1 })),
      );
    await place(before);
    const open = await openTransaction(model.topic.name, 1, inside);
    await place(behind);
    const receipt = await rebuiltFrom(model, before);
    expect(receipt.ranges).toContainEqual(expect.objectContaining({ partition: 1, start: '0', end: '3' }));
    expect(ownWarnings(receipt)).toEqual([
      expect.stringContaining(
        '/1 has an open transaction: read up to its last stable offset 3, 6 records short',
      ),
      expect.stringContaining('no running consumer feeds'),
    ]);
    await open.end('commit');
    await rebuiltFrom(model, [...before, ...inside, ...behind]);
  });

  it('most of whose partitions are empty', async () => {
    const model = await testReadModel({ partitions: 12 });
    const events = life();
    await produce(model.topic, events);
    const receipt = await rebuiltFrom(model, events);
    expect(receipt.ranges.filter(({ end }) => String(end) === '0')).toHaveLength(11);
  });

  it('with holes that compaction left, once nothing is missing; while it is compacted it is refused', async () => {
    const { kafka } = testEndpoints();
    const read = async (): Promise<number> => {
      const source = kafkaSource(kafka, await describeTopic(kafka, compacted.topic.name), productEvents);
      let values = 0;
      for (const slice of source.slices) {
        let reached = slice.start;
        for await (const batch of source.read(slice, { position: 0n }, new AbortController().signal)) {
          values += batch.values.length;
          reached = batch.next.position;
        }
        expect(reached).toBe(slice.end);
      }
      await source.close();
      return values;
    };
    // The broker has one cleaner for the topics of all tests.
    await eventually(async () => expect(await read()).toBeLessThan(41), {
      timeoutMs: 240_000,
      intervalMs: 500,
    });
    const refused = await compacted.rebuild();
    expect(refused.ending.exitCode).toBe(5);
    expect(refused.receipt.message).toContain('is compacted');
    await (
      await kafkaAdmin()
    ).alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: compacted.topic.name,
          configEntries: [
            { name: 'cleanup.policy', value: 'delete' },
            { name: 'retention.ms', value: '-1' },
          ],
        },
      ],
    });
    await rebuiltFrom(compacted, compactedEvents);
  }, 300_000);
});
