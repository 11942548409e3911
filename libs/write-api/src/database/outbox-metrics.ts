import { isLed, measureBacklog, type RowSource } from '@reprise/outbox';
import { type Logger } from '@reprise/runtime';
import { Gauge, type Registry } from 'prom-client';
import { type WriteDatabase } from './write-database.ts';

const gauges = {
  unpublished: [
    'outbox_unpublished_events',
    'Committed events that wait to be published, without the parked ones',
  ],
  parked: ['outbox_parked_events', 'Committed events that the log refused, waiting for an operator'],
  oldestSeconds: [
    'outbox_oldest_unpublished_age_seconds',
    'Age of the oldest committed event that waits to be published; 0 when none waits',
  ],
  leads: [
    'outbox_relay_leads',
    '1 while a relay holds the lock of the one that publishes this outbox, 0 when none does',
  ],
} as const satisfies Record<string, readonly [name: string, help: string]>;

/**
 * Gauges of what this process committed and the event log does not have yet, read from the outbox: they rise while the relay is dead,
 * whose own metrics die with it. Counting reads every waiting row, so it is done at most every 5 s, and so seldom that it takes at
 * most a twentieth of the time. While the database does not answer, the last values stay.
 */
export function registerOutbox(
  registry: Registry,
  database: Pick<WriteDatabase, 'run'>,
  logger: Logger,
): void {
  const asking = (name: string): RowSource => ({
    query: (text, values) => database.run({ name, text }, values),
  });
  let measuring: Promise<void> | undefined;
  let nextAt = 0;
  const measure = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      const backlog = await measureBacklog(asking('outbox-backlog'));
      const leads = (await isLed(asking('outbox-leader'))) ? 1 : 0;
      for (const [field, gauge] of registered) gauge.set({ ...backlog, leads }[field]);
    } catch (error) {
      logger.warn({ err: error }, 'could not count unpublished events; their metrics keep their last values');
    }
    const endedAt = performance.now();
    nextAt = endedAt + Math.max(5_000, 20 * (endedAt - startedAt));
  };
  const collect = (): Promise<void> => {
    if (performance.now() < nextAt) return Promise.resolve();
    measuring ??= measure().finally(() => (measuring = undefined));
    return measuring;
  };
  const registered = (Object.keys(gauges) as (keyof typeof gauges)[]).map((field) => {
    const [name, help] = gauges[field];
    return [field, new Gauge({ name, help, registers: [registry], collect })] as const;
  });
}
