import type { RepairCounts, RepairQueue } from '@reprise/read-model-repair';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What repairs measure. The queue's own numbers are of the whole queue, the same from every process. */
export class RepairMetrics {
  readonly #repaired: Counter;
  readonly #failures: Counter;
  readonly #refused: Counter;

  /** @param onFault called when the queue could not be counted; its numbers are then missing from the answer */
  constructor(registry: Registry, queue: RepairQueue, onFault: (error: unknown) => void) {
    const registers = [registry];
    this.#repaired = new Counter({
      name: 'repair_tasks_done_total',
      help: 'Repair tasks this process has done',
      registers,
    });
    this.#failures = new Counter({
      name: 'repair_attempts_failed_total',
      help: 'Failed repair attempts of this process',
      registers,
    });
    this.#refused = new Counter({
      name: 'repair_tasks_refused_total',
      help: 'Repairs this process requested and the full queue refused',
      registers,
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
  }

  repaired(): void {
    this.#repaired.inc();
  }

  failed(): void {
    this.#failures.inc();
  }

  refused(tasks: number): void {
    this.#refused.inc(tasks);
  }
}
