import { type ProductEvent, productEvents } from '@reprise/product-events';
import type { GenerationStore } from '@reprise/read-model-indices';
import { productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';

/** Products whose first two events lie in partition 1 and whose later ones in partition 0, as after partitions were added. */
async function split(): Promise<TestReadModel> {
  const model = await testReadModel({ partitions: 2 });
  const lives = Array.from({ length: 8 }, () =>
    productHistory({
      events: [step.created(), step.published(), step.priceChanged(5), step.stockAdjusted(3)],
    }),
  );
  const record = (partition: number) => (event: ProductEvent) => ({
    key: event.subject,
    value: productEvents.encode(event),
    partition,
  });
  await produceRaw(model.topic, [
    ...lives.flatMap((life) => life.slice(0, 2).map(record(1))),
    ...lives.flatMap((life) => life.slice(2).map(record(0))),
  ]);
  return model;
}

/** A store whose answers are lost from the first document of version 4 on: written, but the run is stopped. */
function stoppedAtTheJoint(model: TestReadModel, stop: AbortController): GenerationStore {
  return {
    ...model.store,
    write: async (name, documents, signal) => {
      const result = await model.store.write(name, documents, signal);
      if (documents.some(({ version }) => version === 4)) {
        stop.abort(new Error('received SIGTERM'));
        stop.signal.throwIfAborted();
      }
      return result;
    },
  };
}

describe('products whose events lie in two partitions', () => {
  it('are joined', async () => {
    const model = await split();
    const { receipt } = await model.rebuild();
    expect(receipt).toMatchObject({ outcome: 'promoted', documents: { live: 8 }, events: { applied: 32 } });
  });

  it('are joined to the same digest when the run was stopped while it wrote what it had joined', async () => {
    const model = await split();
    const undisturbed = await model.rebuild({ promote: false });
    const stop = new AbortController();
    const stopped = await model.rebuild(
      { resume: 'restart', batchSize: 3 },
      { signal: stop.signal },
      { store: stoppedAtTheJoint(model, stop) },
    );
    expect(stopped.receipt.outcome).toBe('cancelled');
    const resumed = await model.rebuild({ resume: 'resume' });
    expect(resumed.receipt).toMatchObject({
      outcome: 'promoted',
      generation: { uuid: stopped.receipt.generation!.uuid },
      digest: undisturbed.receipt.digest,
    });
  });

  it('are joined in memory by a dry run', async () => {
    const model = await split();
    const { receipt } = await model.rebuild({ mode: 'DRY_RUN' });
    expect(receipt).toMatchObject({ outcome: 'dry-run', gaps: [], documents: { live: 8 } });
  });
});
