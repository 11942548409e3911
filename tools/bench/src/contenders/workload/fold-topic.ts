import type { VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent, type Projection } from '@reprise/read-model-projections';
import { eventOf } from './consume-topic.ts';
import { readValues } from './read-values.ts';

/** A topic as a read model: what is kept of every product after its last event, and how many events were applied to get there. */
export interface FoldedTopic {
  readonly documents: ReadonlyMap<string, VersionedDocument>;
  readonly events: number;
  /** Events that came twice or before the one they follow. */
  readonly misplaced: number;
}

/** Folds a whole topic in memory. */
export async function foldTopic(projection: Projection, topic: string): Promise<FoldedTopic> {
  const documents = new Map<string, VersionedDocument>();
  let events = 0;
  let misplaced = 0;
  for await (const values of readValues(topic)) {
    for (const value of values) {
      const event = eventOf(value);
      const applied = applyEvent(projection, documents.get(event.subject), event);
      if (applied.outcome === 'applied') {
        documents.set(event.subject, applied.document);
        events += 1;
      } else misplaced += 1;
    }
  }
  return { documents, events, misplaced };
}
