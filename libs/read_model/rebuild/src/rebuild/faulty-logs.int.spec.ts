import { Admin } from '@platformatic/kafka';
import { productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { produceRaw, testEndpoints } from '@reprise/test-kit';
import { testReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';

/** Deletes the first records of a partition, as retention would. */
async function cutOff(topic: string, partition: number, offset: bigint): Promise<void> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...testEndpoints().kafka.brokers] });
  await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset }] }] });
  await admin.close();
}

describe('a log with faults', () => {
  it('G10: refuses to promote over a poison event, names it, and promotes within a budget', async () => {
    const faulty = await testReadModel({ partitions: 1 });
    const [created, published] = productHistory({ events: [step.created(), step.published()] });
    await produceRaw(faulty.topic, [
      { key: created!.subject, value: productEvents.encode(created!) },
      { key: 'x', value: 'this is not JSON' },
      { key: published!.subject, value: productEvents.encode(published!) },
    ]);
    const refused = await faulty.rebuild();
    expect(refused.ending.exitCode).toBe(2);
    expect(refused.receipt).toMatchObject({
      outcome: 'refused',
      cutover: null,
      poison: [{ slice: 0, position: '1', reason: 'not-json' }],
    });
    expect(await faulty.store.observeReaders()).toEqual({ kind: 'none' });
    const tolerated = await faulty.rebuild({ gate: { poisonBudget: 1, maxShrink: 0.1, allowEmpty: false } });
    expect(tolerated.receipt).toMatchObject({ outcome: 'promoted', documents: { live: 1 } });
  });

  it('refuses to promote while a version is missing and names the product', async () => {
    const faulty = await testReadModel({ partitions: 1 });
    const life = productHistory({ events: [step.created(), step.published(), step.priceChanged(5)] });
    await produce(faulty.topic, [life[0]!, life[2]!]);
    const { receipt, ending } = await faulty.rebuild();
    expect(ending.exitCode).toBe(2);
    expect(receipt.gaps).toEqual([{ aggregateId: life[0]!.subject, expected: 2, found: 3, held: 1 }]);
  });

  it('is verified although a product lies in two partitions', async () => {
    const split = await testReadModel({ partitions: 2 });
    const life = productHistory({
      events: [step.created(), step.published(), step.priceChanged(5), step.stockAdjusted(3)],
    });
    await produceRaw(
      split.topic,
      life.map((event, index) => ({
        key: event.subject,
        value: productEvents.encode(event),
        partition: index < 2 ? 1 : 0,
      })),
    );
    await split.rebuild();
    const options = { projection: split.projection, deep: true, limit: 20, memoryBytes: 512 << 20 };
    expect(await verifyReadModel(options, split.servers, new AbortController().signal)).toMatchObject({
      clean: true,
      documents: { expected: 1, actual: 1 },
      log: { events: 4, poison: 0, gaps: 0 },
    });
  });

  it('ends with 5 when the beginning of the log is gone, says which offsets, and makes nothing', async () => {
    const truncated = await testReadModel({ partitions: 2 });
    await produce(
      truncated.topic,
      Array.from({ length: 40 }, () => productHistory({ events: [step.created(), step.published()] })).flat(),
    );
    await cutOff(truncated.topic.name, 1, 4n);
    const { receipt, ending } = await truncated.rebuild();
    expect(ending.exitCode).toBe(5);
    expect(receipt.message).toContain(
      `${truncated.topic.name}/1 begins at offset 4: offsets 0 to 3 are gone`,
    );
    expect(receipt.message).toContain('--source event-store');
    expect(await truncated.registry.listGenerations()).toEqual([]);
  });

  it('refuses an empty log unless it is allowed', async () => {
    const empty = await testReadModel({ partitions: 2 });
    expect((await empty.rebuild()).ending.exitCode).toBe(2);
    expect(
      (await empty.rebuild({ gate: { poisonBudget: 0, maxShrink: 0.1, allowEmpty: true } })).receipt.outcome,
    ).toBe('promoted');
  });
});
