import { verifyReadModel } from '@reprise/read-model-rebuild';
import { readConfiguration } from '@reprise/runtime';
import type { Measurement, Task } from '../../child/task.ts';
import { openBenchReadModel } from './bench-store.ts';
import { startStopwatch } from '../stopwatch.ts';

/**
 * The read model against its log, as `rebuild-job verify` compares them with its defaults.
 * @throws Error when it finds anything, or does not compare exactly the workload's events and documents
 */
export async function verify(task: Task): Promise<Measurement> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const { topic, events, products } = task.workload;
  const { projection, store, registry, close } = openBenchReadModel(task);
  try {
    const stopwatch = startStopwatch();
    const { clean, counts, documents, log, timing } = await verifyReadModel(
      { projection, deep: task.deep ?? false, limit: 20, memoryBytes: task.memoryBytes ?? 512 << 20 },
      { kafka, topic, registry, store, history: undefined, eventStore: undefined },
      new AbortController().signal,
    );
    const seconds = stopwatch.seconds();
    const { expected, actual } = documents;
    if (!clean || expected !== products || actual !== products || log.events !== events) {
      throw new Error(
        `${projection.name}: ${actual} documents, ${expected} by ${log.events} events of the log, of ${products} products and ` +
          `${events} events; found ${JSON.stringify(counts)}`,
      );
    }
    return { seconds, events, documents: actual, steps: { fold: timing.foldMs } };
  } finally {
    await close();
  }
}
