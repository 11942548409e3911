import type { RepairCounts, RepairQueue } from '@reprise/read-model-repair';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What repairs of one context measure. */
export interface RepairMetrics {
  repaired(): void;
  failed(): void;
  refused(tasks: number): void;
}

/**
 * The numbers of the queue are of the whole queue, the same from every process; what this process did is counted by context.
 *
 * @param onFault called when the queue could not be counted; its numbers are then missing from the answer
 * @returns the measures of a context, by its name
 */
export function registerRepairMetrics(
  registry: Registry,
  queue: RepairQueue,
  onFault: (error: unknown) => void,
): (context: string) => RepairMetrics {
  const registers = [registry];
  const labelNames = ['context' as const];
  const done = new Counter({
    ...{ name: 'repair_tasks_done_total', help: 'Repair tasks this process has done' },
    ...{ labelNames, registers },
  });
  const failures = new Counter({
    ...{ name: 'repair_attempts_failed_total', help: 'Failed repair attempts of this process' },
    ...{ labelNames, registers },
  });
  const refusals = new Counter({
    name: 'repair_tasks_refused_total',
    help: 'Repairs this process requested and the full queue refused',
    ...{ labelNames, registers },
  });
  let counted: Promise<RepairCounts | undefined> | undefined;
  const count = () => {
    // One count for all gauges of a scrape.
    counted ??= queue
      .counts()
      .catch((error: unknown) => void onFault(error))
      .finally(() => (counted = undefined));
    return counted;
  };
  const gauge = (name: string, help: string, value: (counts: RepairCounts) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const counts = await count();
        if (counts) this.set(value(counts));
        else this.remove();
      },
    });
  gauge('repair_tasks_open', 'Repair tasks waiting or in progress', ({ open }) => open);
  gauge('repair_tasks_failed', 'Repair tasks that were abandoned', ({ failed }) => failed);
  gauge(
    'repair_oldest_open_seconds',
    'Age of the oldest open repair task',
    ({ oldestOpenSeconds }) => oldestOpenSeconds ?? 0,
  );
  return (context) => {
    for (const counter of [done, failures, refusals]) counter.inc({ context }, 0);
    return {
      repaired: () => done.inc({ context }),
      failed: () => failures.inc({ context }),
      refused: (tasks) => refusals.inc({ context }, tasks),
    };
  };
}
