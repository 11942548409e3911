import type { ProductEvent } from '@reprise/product-events';
import type { GenerationStore } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile } from '@reprise/test-kit';
import type { RebuildOptions } from '../rebuild-options.ts';
import { testReadModel, type TestReadModel } from './read-model.ts';

export const projection = 'product_search';

export function catalogue(products: number): ProductEvent[] {
  const lives = Array.from({ length: products }, (_, index) =>
    productHistory({
      events: [
        step.created({ title: `Mug ${index}` }),
        step.published(),
        index % 10 === 0 ? step.deleted() : step.priceChanged(100 + index),
      ],
    }),
  );
  return [0, 1, 2].flatMap((at) => lives.map((life) => life[at]!));
}

export async function logOf(events: readonly ProductEvent[]): Promise<TestReadModel> {
  const model = await testReadModel({ partitions: 6 });
  await produce(model.topic, events);
  return model;
}

export function shards(
  model: TestReadModel,
  of: number,
  given: Partial<RebuildOptions> & { job?: string } = {},
) {
  const { job, ...options } = given;
  return (index: number, control: { signal?: AbortSignal } = {}, store: GenerationStore = model.store) =>
    model.rebuild({ ...options, shard: { index, of, job } }, control, { store });
}

/** A store that stops at its next write and waits there, the signal of the run that arrives there, and the call that lets it continue. */
export function held(model: TestReadModel) {
  const arrived = Promise.withResolvers<AbortSignal>();
  const goOn = Promise.withResolvers<void>();
  // A run that was never released, because its test failed, must not keep the file from ending.
  afterFile(goOn.resolve);
  const store: GenerationStore = {
    ...model.store,
    write: async (...given) => {
      arrived.resolve(given[2]!);
      await goOn.promise;
      return model.store.write(...given);
    },
  };
  return { store, arrived: arrived.promise, goOn: goOn.resolve };
}

/** A signal that stops a run the first time it makes the given call of the store, and the store to give it. */
export function stoppedAt(
  model: TestReadModel,
  call: 'write' | 'finishBuild' | 'bucketDigests',
): { readonly signal: AbortSignal; readonly store: GenerationStore } {
  const stop = new AbortController();
  const store = {
    ...model.store,
    [call]: (...given: never[]) => {
      stop.abort(new Error('received SIGTERM'));
      stop.signal.throwIfAborted();
      return (model.store[call] as (...all: never[]) => unknown)(...given);
    },
  } as GenerationStore;
  return { signal: stop.signal, store };
}

export async function contentOf(model: TestReadModel, uuid: string): Promise<Record<string, unknown>> {
  const generation = await model.registry.findGeneration(uuid);
  const documents: Record<string, unknown> = {};
  for await (const batch of model.store.scan(generation!.name))
    for (const { id, document } of batch) documents[id] = document;
  return documents;
}

export const outcomes = (results: readonly { receipt: { outcome: string } }[]) =>
  results.map(({ receipt }) => receipt.outcome).sort();
