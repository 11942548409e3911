import type { Measurement, Task } from '../../child/task.ts';
import { consumeTopic, eventOf } from '../workload/consume-topic.ts';
import { openHandWrittenIndex } from './hand-written-index.ts';
import { productUpdates } from './product-update.ts';
import { startStopwatch, type Stopwatch } from '../stopwatch.ts';

/** Events after which its pace is known; all of them would take an hour. */
const slice = 5_000;

/** The simplest handler there is: kafkajs' `eachMessage` and one `update` request per event, on the first events only. */
export async function perMessage({ namespace, workload }: Task): Promise<Measurement> {
  const index = `${namespace}_per_message`;
  const client = await openHandWrittenIndex(index);
  const wanted = Math.min(slice, workload.events);
  const products = new Set<string>();
  const updateFor = productUpdates();
  let stopwatch: Stopwatch | undefined;
  let events = 0;
  const group = { topic: workload.topic, groupId: `${namespace}_per_message` };
  try {
    const seconds = await consumeTopic<number>(group, (finish) => ({
      eachMessage: async ({ message }) => {
        if (events >= wanted) return;
        stopwatch ??= startStopwatch();
        const event = eventOf(message.value);
        await client.update({ index, id: event.subject, ...updateFor(event) });
        products.add(event.subject);
        if (++events === wanted) finish(stopwatch.seconds());
      },
    }));
    return { seconds, events, documents: products.size };
  } finally {
    await client.close();
  }
}
