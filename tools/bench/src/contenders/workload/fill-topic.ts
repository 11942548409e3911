import { readConfiguration } from '@reprise/runtime';
import { generateHistories, writeToTopic } from '@reprise/sample';
import type { Measurement, Task } from '../../child/task.ts';

/** Fills the workload's topic with the sample catalogue: the same records for the same numbers. */
export async function fillTopic({ workload }: Task): Promise<Measurement> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const { topic, events, products, partitions } = workload;
  const report = await writeToTopic(generateHistories({ events, products }), { kafka, topic, partitions });
  return { seconds: report.milliseconds / 1000, events: report.events, documents: undefined };
}
