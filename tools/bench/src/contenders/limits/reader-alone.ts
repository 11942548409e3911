import type { Measurement, Task } from '../../child/task.ts';
import { eventOf } from '../workload/consume-topic.ts';
import { readValues } from '../workload/read-values.ts';
import { startStopwatch } from '../stopwatch.ts';

/** The reader's limit: every record is fetched, decoded and validated, and forgotten. */
export async function readerAlone({ workload }: Task): Promise<Measurement> {
  const stopwatch = startStopwatch();
  let events = 0;
  for await (const values of readValues(workload.topic)) {
    for (const value of values) eventOf(value);
    events += values.length;
  }
  return { seconds: stopwatch.seconds(), events, documents: undefined };
}
