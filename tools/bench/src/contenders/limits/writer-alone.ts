import { randomUUID } from 'node:crypto';
import {
  fingerprintOf,
  generationName,
  prepareDocument,
  type DocumentToWrite,
  type GenerationName,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { Measurement, Task } from '../../child/task.ts';
import { openBenchReadModel } from '../measured/bench-store.ts';
import { foldTopic } from '../workload/fold-topic.ts';
import { startStopwatch } from '../stopwatch.ts';

/** Documents handed to the store at a time, and how many such groups are on their way: what suits the store best. */
const groupSize = 4_000;
const groupsInFlight = 2;

/**
 * The writer's limit: the final documents, prepared before the clock starts, go through the store into a new index or table. The clock
 * stops with the last acknowledgement; making them searchable does not count.
 */
export async function writerAlone(task: Task): Promise<Measurement> {
  const model = openBenchReadModel(task);
  try {
    const folded = await foldTopic(model.projection, task.workload.topic);
    const documents = [...folded.documents.values()].map(prepareDocument);
    const name = await createGeneration(model.projection, model.store);
    const stopwatch = startStopwatch();
    const groups = groupsOf(documents);
    const lane = async () => {
      for (const group of groups) {
        const { written } = await model.store.write(name, group);
        if (written !== group.length)
          throw new Error(`the store took ${written} of ${group.length} documents`);
      }
    };
    await Promise.all(Array.from({ length: groupsInFlight }, lane));
    return { seconds: stopwatch.seconds(), events: 0, documents: documents.length };
  } finally {
    await model.close();
  }
}

async function createGeneration(projection: Projection, store: GenerationStore): Promise<GenerationName> {
  const { name, version: projectionVersion, storage } = projection;
  const fingerprint = fingerprintOf(projection, 'writer alone');
  const generation = generationName(storage.schemaVersion, name, new Date(), fingerprint);
  await store.create(generation, { uuid: randomUUID(), projection: name, projectionVersion, fingerprint });
  return generation;
}

function* groupsOf(documents: readonly DocumentToWrite[]): Generator<DocumentToWrite[]> {
  for (let from = 0; from < documents.length; from += groupSize)
    yield documents.slice(from, from + groupSize);
}
