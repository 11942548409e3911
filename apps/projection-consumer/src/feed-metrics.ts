import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the live feed measures. */
export class FeedMetrics {
  readonly #records: Counter;
  readonly #applied: Counter;
  readonly #deadLetters: Counter;
  readonly #seconds: Histogram;
  readonly #generations: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#records = new Counter({
      name: 'feed_records_total',
      help: 'Records read from the event log',
      registers,
    });
    this.#applied = new Counter({
      name: 'feed_events_applied_total',
      help: 'Events applied, summed over generations',
      registers,
    });
    this.#deadLetters = new Counter({
      name: 'feed_dead_letters_total',
      help: 'Events put aside in the dead-letter topic, including those that wait behind another',
      registers,
    });
    this.#generations = new Gauge({
      name: 'feed_generations',
      help: 'Generations currently fed',
      registers,
    });
    this.#seconds = new Histogram({
      name: 'feed_batch_seconds',
      help: 'Time to feed one batch to all generations',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
  }

  fed(records: number, applied: number, seconds: number): void {
    this.#records.inc(records);
    this.#applied.inc(applied);
    this.#seconds.observe(seconds);
  }

  putAside(letters: number): void {
    this.#deadLetters.inc(letters);
  }

  generations(count: number): void {
    this.#generations.set(count);
  }
}
