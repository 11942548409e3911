import { describeTopic } from '@reprise/read-model-feed';
import { readConfiguration } from '@reprise/runtime';
import type { Measurement, Task } from '../../child/task.ts';
import { consumeTopic, eventOf } from '../workload/consume-topic.ts';
import { openHandWrittenIndex } from './hand-written-index.ts';
import { productUpdates } from './product-update.ts';
import { startStopwatch, type Stopwatch } from '../stopwatch.ts';

/** Name of the index the hand-written rebuild fills. */
export const handWrittenIndex = (namespace: string): string => `${namespace}_hand_written`;

/**
 * The rebuild one writes by hand: kafkajs' `eachBatch`, and for every batch one bulk request with one `update` action per
 * event. The clock starts when the first batch is there, so joining the group does not count, and stops when the bulk of the
 * last event was answered.
 */
export async function handWritten({ namespace, workload }: Task): Promise<Measurement> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const ends = new Map(
    (await describeTopic(kafka, workload.topic)).partitions.map(({ partition, end }) => [partition, end]),
  );
  const index = handWrittenIndex(namespace);
  const client = await openHandWrittenIndex(index);
  const updateFor = productUpdates();
  let stopwatch: Stopwatch | undefined;
  let events = 0;
  const group = { topic: workload.topic, groupId: `${namespace}_hand_written` };
  try {
    const seconds = await consumeTopic<number>(group, (finish) => ({
      eachBatch: async ({ batch: { messages, partition } }) => {
        stopwatch ??= startStopwatch();
        const operations = messages.flatMap(({ value }) => {
          const event = eventOf(value);
          return [{ update: { _id: event.subject } }, updateFor(event)];
        });
        const { errors, items } = await client.bulk({ index, operations });
        if (errors) throw new Error(JSON.stringify(items.find(({ update }) => update?.error)));
        events += messages.length;
        if (BigInt(messages.at(-1)?.offset ?? -1) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition);
        if (events >= workload.events && ends.size === 0) finish(stopwatch.seconds());
      },
    }));
    return { seconds, events, documents: workload.products };
  } finally {
    await client.close();
  }
}
