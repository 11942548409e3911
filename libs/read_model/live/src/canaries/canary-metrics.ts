import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the canaries of one context measure. Seconds are from the time of the canary's event, which its writer's clock gave. */
export interface CanaryMetrics {
  readable(projection: string, partition: number, seconds: readonly number[]): void;
  searchable(projection: string, partition: number, seconds: readonly number[]): void;
  failed(projection: string): void;
}

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300];

/** @returns the measures of a context, by its name and projections */
export function registerCanaryMetrics(
  registry: Registry,
): (context: string, projections: readonly string[]) => CanaryMetrics {
  const registers = [registry];
  const ofModel = ['context', 'projection'] as const;
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, buckets, labelNames: ofModel, registers });
  const latest = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: [...ofModel, 'partition'] as const, registers });
  const readable = histogram(
    'canary_readable_seconds',
    'Seconds from the writing of a canary until it was found by its id',
  );
  const searchable = histogram(
    'canary_searchable_seconds',
    'Seconds from the writing of a canary until a search found it',
  );
  const lastReadable = latest(
    'canary_last_readable_seconds',
    'Seconds from the writing of the latest canary of each partition until it was found by its id',
  );
  const lastSearchable = latest(
    'canary_last_searchable_seconds',
    'Seconds from the writing of the latest canary of each partition until a search found it',
  );
  const faults = new Counter({
    name: 'canary_faults_total',
    help: 'Canaries that could not be looked for, because a store failed',
    labelNames: ofModel,
    registers,
  });
  return (context, projections) => {
    for (const projection of projections) {
      faults.inc({ context, projection }, 0);
      for (const one of [readable, searchable]) one.zero({ context, projection });
    }
    const observe =
      (all: typeof readable, last: typeof lastReadable) =>
      (projection: string, partition: number, seconds: readonly number[]): void => {
        for (const one of seconds) all.observe({ context, projection }, one);
        const newest = seconds.at(-1);
        if (newest !== undefined) last.set({ context, projection, partition }, newest);
      };
    return {
      readable: observe(readable, lastReadable),
      searchable: observe(searchable, lastSearchable),
      failed: (projection) => faults.inc({ context, projection }),
    };
  };
}
