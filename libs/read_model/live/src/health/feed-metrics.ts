import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the live feed of one context measures. */
export interface FeedMetrics {
  fed(records: number, applied: number, seconds: number): void;
  putAside(letters: number): void;
  generations(count: number): void;
}

/** @returns the measures of a context, by its name */
export function registerFeedMetrics(registry: Registry): (context: string) => FeedMetrics {
  const common = { labelNames: ['context' as const], registers: [registry] };
  const records = new Counter({
    name: 'feed_records_total',
    help: 'Records read from the event log',
    ...common,
  });
  const applied = new Counter({
    name: 'feed_events_applied_total',
    help: 'Events applied, summed over generations',
    ...common,
  });
  const deadLetters = new Counter({
    name: 'feed_dead_letters_total',
    help: 'Events put aside in the dead-letter topic, including those that wait behind another',
    ...common,
  });
  const generations = new Gauge({
    name: 'feed_generations',
    help: 'Generations currently fed',
    ...common,
  });
  const batchSeconds = new Histogram({
    name: 'feed_batch_seconds',
    help: 'Time to feed one batch to all generations',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ...common,
  });
  return (context) => {
    for (const counter of [records, applied, deadLetters]) counter.inc({ context }, 0);
    generations.set({ context }, 0);
    batchSeconds.zero({ context });
    return {
      fed: (read, changed, seconds) => {
        records.inc({ context }, read);
        applied.inc({ context }, changed);
        batchSeconds.observe({ context }, seconds);
      },
      putAside: (letters) => deadLetters.inc({ context }, letters),
      generations: (count) => generations.set({ context }, count),
    };
  };
}
