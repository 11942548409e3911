import { type ProductEvent, productEvents } from '@reprise/product-events';
import { aggregateHistory } from '@reprise/read-model-feed';
import { productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import { listedFaults } from '../fold/slice-tally.ts';
import { testEventStore } from '../testing/event-store.ts';
import { testReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';

/** Every second event is spoiled in the topic and whole in the event store: more than are listed. */
const lives = Array.from({ length: listedFaults + 5 }, () =>
  productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] }),
);

function recordOf(event: ProductEvent) {
  const value = productEvents.encode(event);
  const spoiled = event.aggregateversion === 2 ? value.replace('.v1"', '.v9"') : value;
  return { key: event.subject, value: spoiled };
}

it('settles more poison events of a partition than are listed, in a rebuild and in verify, and excuses what waits behind as many', async () => {
  const model = await testReadModel({ partitions: 1 });
  const eventStore = await testEventStore();
  await eventStore.append(lives.flat());
  const history = aggregateHistory(eventStore.store, productEvents, model.registry.letterActions.discardedOf);
  const servers = { eventStore: eventStore.store, history };
  for (let at = 0; at < lives.length; at += 200)
    await produceRaw(
      model.topic,
      lives.slice(at, at + 200).flatMap((life) => life.map(recordOf)),
    );
  const gate = { poisonBudget: lives.length, maxShrink: 0.1, allowEmpty: false };
  // Nothing is resolved yet: all of it is within the budget, and so is what waits behind it.
  const tolerated = await model.rebuild({ mode: 'DRY_RUN', gate });
  expect([tolerated.ending.exitCode, tolerated.receipt.message]).toEqual([0, null]);

  const whole = await model.rebuild({ source: 'event-store' }, {}, servers);
  expect(whole.receipt.outcome).toBe('promoted');
  const { receipt } = await model.rebuild({}, {}, servers);
  expect([receipt.outcome, receipt.message, receipt.digest]).toEqual([
    'promoted',
    null,
    whole.receipt.digest,
  ]);
  expect(receipt.letters).toMatchObject({ resolved: { count: lives.length }, replaced: lives.length });
  const options = { projection: model.projection, deep: true, limit: 20, memoryBytes: 512 << 20 };
  const report = await verifyReadModel(
    options,
    { ...model.servers, ...servers },
    new AbortController().signal,
  );
  expect(report).toMatchObject({ clean: true, log: { poison: 0, gaps: 0 } });
});
