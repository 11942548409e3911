import { setTimeout as delay } from 'node:timers/promises';
import { measureBacklog, type Backlog, type RowSource } from '@reprise/outbox';
import { type Logger } from '@reprise/runtime';
import { Gauge, type Registry } from 'prom-client';

const gauges = {
  unpublished: ['outbox_relay_unpublished', 'Events waiting to be published, without the parked ones'],
  parked: ['outbox_relay_parked', 'Events the log refused, waiting for an operator'],
  oldestSeconds: [
    'outbox_relay_oldest_unpublished_age_seconds',
    'Age of the oldest event waiting to be published',
  ],
  oldestWriterSeconds: [
    'outbox_relay_oldest_open_writer_age_seconds',
    'Age of the oldest open transaction with written events that are not yet visible',
  ],
} as const satisfies Record<keyof Backlog, readonly [name: string, help: string]>;

/** The outbox of one context. */
export interface MeasuredOutbox {
  readonly name: string;
  readonly outbox: RowSource;
  readonly logger: Logger;
}

/** How long a database that does not answer holds up the answer for the others. */
const patienceMs = 5_000;

/**
 * Gauges of the backlogs, measured when they are read. Counting reads every waiting row, so each runs at most every 5 s and takes
 * at most a twentieth of the time. While a database does not answer, its last values stay.
 */
export function registerBacklog(registry: Registry, measured: readonly MeasuredOutbox[]): void {
  const gauge = (field: keyof Backlog): Gauge<'context'> => {
    const [name, help] = gauges[field];
    return new Gauge({ name, help, labelNames: ['context'], registers: [registry], collect });
  };
  const set = (context: string, backlog: Backlog): void => {
    for (const [field, own] of Object.entries(registered))
      own.set({ context }, backlog[field as keyof Backlog]);
  };
  const collectors = measured.map((one) => collectorOf(one, set));
  const collect = async (): Promise<void> => {
    const patience = new AbortController();
    const waited = delay(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([waited, Promise.all(collectors.map((measure) => measure()))]);
    patience.abort();
  };
  const registered: Record<keyof Backlog, Gauge<'context'>> = {
    unpublished: gauge('unpublished'),
    parked: gauge('parked'),
    oldestSeconds: gauge('oldestSeconds'),
    oldestWriterSeconds: gauge('oldestWriterSeconds'),
  };
}

/** Measures one outbox unless it was measured a moment ago; calls that overlap share one count. Never rejects. */
function collectorOf(
  { name, outbox, logger }: MeasuredOutbox,
  set: (context: string, backlog: Backlog) => void,
): () => Promise<void> {
  let measuring: Promise<void> | undefined;
  let nextAt = 0;
  const measure = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      set(name, await measureBacklog(outbox));
    } catch (error) {
      logger.warn({ err: error }, 'could not measure the backlog; its metrics keep their last values');
    }
    const endedAt = performance.now();
    nextAt = endedAt + Math.max(5_000, 20 * (endedAt - startedAt));
  };
  return () => {
    if (performance.now() < nextAt) return Promise.resolve();
    measuring ??= measure().finally(() => (measuring = undefined));
    return measuring;
  };
}
