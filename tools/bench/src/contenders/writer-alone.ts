import { randomUUID } from 'node:crypto';
import type { ReadModelDocument } from '@reprise/read-model-documents';
import {
  fingerprintOf,
  generationName,
  prepareDocument,
  type DocumentToWrite,
  type GenerationName,
  type GenerationStore,
} from '@reprise/read-model-indices';
import { applyEvent, type Projection } from '@reprise/read-model-projections';
import type { Measurement, Task } from '../child/task.ts';
import { openBenchReadModel } from './bench-store.ts';
import { eventOf } from './consume-topic.ts';
import { readValues } from './read-values.ts';
import { startStopwatch } from './stopwatch.ts';

/** Documents handed to the store at a time, and how many such groups are on their way: what suits the store best. */
const groupSize = 4_000;
const groupsInFlight = 2;

/**
 * The writer's limit: the final documents, prepared before the clock starts, go through the store into a new index. The clock
 * stops with the last acknowledgement; making them searchable does not count.
 */
export async function writerAlone(task: Task): Promise<Measurement> {
  const model = openBenchReadModel(task);
  try {
    const documents = await finalDocuments(model.projection, task.workload.topic);
    const name = await createIndex(model.projection, model.store);
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

/** Every product's document after its last event. */
async function finalDocuments(projection: Projection, topic: string): Promise<DocumentToWrite[]> {
  const documents = new Map<string, ReadModelDocument>();
  for await (const values of readValues(topic)) {
    for (const value of values) {
      const event = eventOf(value);
      const applied = applyEvent(projection, documents.get(event.subject), event);
      if (applied.outcome === 'applied') documents.set(event.subject, applied.document);
    }
  }
  return [...documents.values()].map(prepareDocument);
}

async function createIndex(
  { name: projection, version, storage }: Projection,
  store: GenerationStore,
): Promise<GenerationName> {
  const fingerprint = fingerprintOf({ storage, projectionVersion: version, topicId: 'writer alone' });
  const name = generationName(storage.schemaVersion, projection, new Date(), fingerprint);
  await store.create(name, { uuid: randomUUID(), projection, projectionVersion: version, fingerprint });
  return name;
}

function* groupsOf(documents: readonly DocumentToWrite[]): Generator<DocumentToWrite[]> {
  for (let from = 0; from < documents.length; from += groupSize)
    yield documents.slice(from, from + groupSize);
}
