import { generateHistories, writeThroughApi } from '@reprise/sample';
import type { Measurement, Task } from '../../child/task.ts';

/**
 * A client of the product API: the workload's commands over HTTP, each on the ETag the one before was answered with and with an
 * Idempotency-Key. Every answer is checked for the version it should have led to.
 */
export async function apiWriter({ workload, origin = '', concurrency }: Task): Promise<Measurement> {
  const { events, products } = workload;
  const report = await writeThroughApi(generateHistories({ events, products }), { origin, concurrency });
  return { seconds: report.milliseconds / 1000, events: report.events, documents: undefined };
}
