import { type ProductEvent, productEvents } from '@reprise/product-events';
import { codecs, describeTopic, groupFreeConsumer } from '@reprise/read-model-feed';
import type { GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { producePacked, testEndpoints } from '@reprise/test-kit';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { storedDocuments } from '../testing/stored-documents.ts';
import { verifyReadModel } from '../verify/verify.ts';

const lives = (count: number): ProductEvent[] =>
  Array.from({ length: count }, () =>
    productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] }),
  ).flat();
const recordsOf = (events: readonly ProductEvent[]) =>
  events.map((event) => ({ key: event.subject, value: productEvents.encode(event) }));

/** The codecs of the batches of partition 0, in Kafka's numbers: 0 for none, then in the order of `codecs`. */
async function codecsIn({ topic: { name } }: TestReadModel): Promise<number[]> {
  const topic = await describeTopic(testEndpoints().kafka, name);
  const consumer = groupFreeConsumer(testEndpoints().kafka);
  const wanted = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 24 };
  const { responses } = await consumer.fetch({
    ...{
      node: topic.partitions[0]!.leader,
      isolationLevel: 1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 1 << 24,
    },
    topics: [
      { topicId: topic.id, partitions: [{ ...wanted, currentLeaderEpoch: -1, lastFetchedEpoch: -1 }] },
    ],
  });
  await consumer.close(true);
  return responses[0]!.partitions[0]!.records!.map(({ attributes }) => attributes & 7);
}

async function expectRebuilt(model: TestReadModel, events: readonly ProductEvent[]): Promise<void> {
  const { receipt } = await model.rebuild();
  expect(receipt).toMatchObject({ outcome: 'promoted', events: { read: events.length } });
  const stored = await storedDocuments(model.store, receipt.generation!.name as GenerationName);
  expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(naiveSearchDocuments(events)));
}

describe('a topic whose record batches are packed', () => {
  it('with every codec in turn by its producers is rebuilt and verified', async () => {
    const model = await testReadModel({ partitions: 1 });
    const events = lives(50);
    const kinds = ['none', ...codecs] as const;
    for (let round = 0; round < 10; round++)
      await producePacked(
        model.topic,
        kinds[round % 5]!,
        recordsOf(events.slice(round * 15, round * 15 + 15)),
      );
    expect(await codecsIn(model)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    await expectRebuilt(model, events);
    const { projection, servers } = model;
    const settings = { projection, deep: true, limit: 20, memoryBytes: 512 << 20 };
    const verified = await verifyReadModel(settings, servers, new AbortController().signal);
    expect(verified).toMatchObject({ clean: true, documents: { expected: 50, actual: 50 } });
  });

  it.each(['snappy', 'lz4'] as const)(
    'by the broker itself, whose Java writes %s in its own way, is rebuilt',
    async (codec) => {
      const model = await testReadModel({ partitions: 1, topicConfig: { 'compression.type': codec } });
      const events = lives(400);
      await produce(model.topic, events);
      expect(new Set(await codecsIn(model))).toEqual(new Set([codecs.indexOf(codec) + 1]));
      await expectRebuilt(model, events);
    },
  );

  it('and one of them unpacks to more than the limit ends the rebuild at once, naming its place and the setting', async () => {
    const model = await testReadModel({ partitions: 1 });
    await producePacked(model.topic, 'gzip', recordsOf(lives(2)));
    const bomb = { key: 'x', value: Buffer.alloc(900_000) };
    await producePacked(model.topic, 'zstd', [bomb, bomb, bomb]);
    const kafka = { ...testEndpoints().kafka, maxUnpackedBatchBytes: 1 << 20 };
    const waitedOut: string[] = [];
    const onReadFault = (reason: string) => void waitedOut.push(reason);
    const refused = await model.rebuild({}, {}, { kafka, onReadFault });
    expect(waitedOut).toEqual([]);
    expect(refused.ending.exitCode).toBe(2);
    expect(refused.receipt.message).toMatch(
      `cannot be read at offset 6 of ${model.topic.name}/0: a record batch packed with zstd unpacks to more than 1048576 bytes. ` +
        'Raise KAFKA_MAX_UNPACKED_BATCH_BYTES',
    );
    const { receipt } = await model.rebuild({ gate: { poisonBudget: 3, maxShrink: 1, allowEmpty: false } });
    expect(receipt).toMatchObject({ outcome: 'promoted', events: { read: 9, deadLettered: 3 } });
  });
});
