import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import type { Measurement, Task } from '../../child/task.ts';
import { foldTopic } from './fold-topic.ts';
import { startStopwatch } from '../stopwatch.ts';

/**
 * Proves that a topic holds the whole workload: every event once, each after the one it follows.
 * @throws Error when it does not
 */
export async function fold({ workload: { topic, events, products } }: Task): Promise<Measurement> {
  const stopwatch = startStopwatch();
  const folded = await foldTopic(productSearch as unknown as Projection, topic);
  const documents = folded.documents.size;
  if (folded.events !== events || folded.misplaced > 0 || documents !== products) {
    throw new Error(
      `${topic} holds ${folded.events} of ${events} events in order, of ${documents} of ${products} products, and ` +
        `${folded.misplaced} that are repeated or out of order`,
    );
  }
  return { seconds: stopwatch.seconds(), events, documents };
}
