import { type ProductEvent, productEvents } from '@reprise/product-events';
import { describeTopic } from '@reprise/read-model-feed';
import type { Generation } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { catchUpFromLog } from './catch-up.ts';

const gate = { poisonBudget: 1, maxShrink: 0.1, allowEmpty: false };

/** A generation of a log in which the second event of a product is none, and two later ones that came after it was built. */
async function builtOverPoison() {
  const model = await testReadModel({ partitions: 1 });
  const [created, spoilt, third, fourth] = productHistory({
    events: [step.created(), step.published(), step.priceChanged(5), step.stockAdjusted(1)],
  }) as [ProductEvent, ProductEvent, ProductEvent, ProductEvent];
  const { data: _, ...noEvent } = spoilt;
  await produceRaw(model.topic, [
    { key: created.subject, value: productEvents.encode(created) },
    { key: created.subject, value: JSON.stringify(noEvent) },
  ]);
  const { receipt } = await model.rebuild({ promote: false, gate });
  const generation = (await model.registry.findGeneration(receipt.generation!.uuid))!;
  const others = productHistory({ events: [step.created(), step.published()] });
  await produce(model.topic, [third, ...others, fourth]);
  return { model, generation, product: created.subject, other: others[0]!.subject };
}

/** What the live feed leaves when it has put events of a product aside behind its second one. */
function putAside(
  { registry, projection }: TestReadModel,
  { topicId }: Generation,
  aggregateId: string,
  lastParked: number,
) {
  const letter = { partition: 0, offset: 1n, reason: 'invalid-event', remedySought: true };
  return registry.blocked.block({ topicId, projection: projection.name }, [
    { aggregateId, version: 2, ...letter, lastParked },
  ]);
}

async function catchUp(
  { servers, projection, registry, store }: TestReadModel,
  generation: Generation,
): Promise<void> {
  const { kafka: connection, topic, history } = servers;
  const { partitions } = await describeTopic(connection, topic);
  const target = new Map(partitions.map(({ partition, end }) => [partition, end]));
  const input = { connection, topic, registry, store, projection, history };
  await catchUpFromLog(input)(generation, target, new AbortController().signal);
}

describe('a catch-up over later events of a poisoned product', () => {
  it('leaves them to the dead letters that keep them, and takes all others', async () => {
    const { model, generation, product, other } = await builtOverPoison();
    await putAside(model, generation, product, 4);
    await catchUp(model, generation);
    const stored = await model.store.read(generation.name, [product, other]);
    expect([stored.get(product)?.version, stored.get(other)?.version]).toEqual([1, 2]);
    expect(await model.registry.positions(generation.uuid)).toEqual(new Map([[0, 6n]]));
  });

  it('is refused while one of them is in no dead letter, and moves no position', async () => {
    const { model, generation, product } = await builtOverPoison();
    await putAside(model, generation, product, 3);
    await expect(catchUp(model, generation)).rejects.toThrow(
      `version 4 of aggregate ${product} waits behind version 2, and no dead letter keeps it. Readers were not moved.`,
    );
    expect(await model.registry.positions(generation.uuid)).toEqual(new Map([[0, 2n]]));
  });

  it('is refused when nothing is known of what blocks them', async () => {
    const { model, generation, product } = await builtOverPoison();
    await expect(catchUp(model, generation)).rejects.toThrow(`aggregate ${product} lacks version 2`);
  });
});
