import { produce, productHistory, step } from '@reprise/product-events/testing';
import { producePacked } from '@reprise/test-kit';
import { testReadModel } from '../testing/read-model.ts';

/** As a plain-JSON application writes its events, with the attributes elsewhere. */
const strangers = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    key: Buffer.from(`chat-${number}`),
    value: JSON.stringify({ chat: number, text: 'hello' }),
  }));

describe('a topic in a format that its contract does not read', () => {
  it.each(['APPLY', 'DRY_RUN'] as const)('is refused before anything is made, in mode %s', async (mode) => {
    const model = await testReadModel({ partitions: 2 });
    await producePacked(model.topic, 'lz4', strangers(12));
    const { ending, receipt } = await model.rebuild({ mode });
    expect(ending.exitCode).toBe(1);
    expect(receipt.message).toMatch(
      new RegExp(`The topic "${model.topic.name}" is in another format than CloudEvents.*first 12 records`),
    );
    expect(receipt.message).toContain('Nothing was changed');
    expect(await model.registry.listGenerations()).toEqual([]);
  });

  it('is poison as soon as one record is an event, or while there are few of them', async () => {
    const model = await testReadModel({ partitions: 1 });
    await producePacked(model.topic, 'none', strangers(9));
    expect((await model.rebuild()).receipt).toMatchObject({
      outcome: 'refused',
      events: { deadLettered: 9 },
    });
    await produce(model.topic, productHistory({ id: 'good', events: [step.created()] }));
    await producePacked(model.topic, 'none', strangers(9));
    expect((await model.rebuild()).receipt).toMatchObject({
      outcome: 'refused',
      events: { deadLettered: 18 },
    });
  });
});
