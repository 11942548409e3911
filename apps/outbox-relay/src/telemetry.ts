import { measureBacklog, type Backlog, type OutboxMessage, type RowSource } from '@reprise/outbox';
import { type Logger } from '@reprise/runtime';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the relay reports about its work. */
export interface RelayTelemetry {
  /** A batch was acknowledged. */
  batch(messages: number): void;
  parked(message: OutboxMessage, reason: string): void;
  leading(leads: boolean): void;
}

/** Logs what an operator has to know. A command that runs once has no more telemetry than this. */
export function loggedTelemetry(logger: Logger): RelayTelemetry {
  return {
    batch: (messages) => logger.debug({ messages }, 'published a batch'),
    parked: ({ id, aggregateId, aggregateVersion, bytes }, reason) =>
      logger.error(
        { outboxId: id, aggregateId, aggregateVersion, bytes, reason },
        'parked an event that the log refuses: it is not published, and later events of its aggregate wait behind it. ' +
          'Remove the cause, for example raise max.message.bytes, and run the relay with --once --release-parked',
      ),
    leading: (leads) => logger.info(leads ? 'leading: this relay publishes' : 'no longer leading'),
  };
}

/** As {@link loggedTelemetry}, and counted in the registry. */
export function measuredTelemetry(registry: Registry, logger: Logger): RelayTelemetry {
  const logged = loggedTelemetry(logger);
  const registers = [registry];
  const published = new Counter({
    name: 'outbox_relay_published_total',
    help: 'Events the log has acknowledged',
    registers,
  });
  const batchSize = new Histogram({
    name: 'outbox_relay_batch_size',
    help: 'Events per acknowledged batch',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000],
    registers,
  });
  const parked = new Counter({
    name: 'outbox_relay_parked_total',
    help: 'Events parked because the log refuses them',
    registers,
  });
  const leader = new Gauge({
    name: 'outbox_relay_leader',
    help: '1 while this process is the publishing relay',
    registers,
  });
  return {
    batch: (messages) => {
      logged.batch(messages);
      published.inc(messages);
      batchSize.observe(messages);
    },
    parked: (message, reason) => {
      logged.parked(message, reason);
      parked.inc();
    },
    leading: (leads) => {
      logged.leading(leads);
      leader.set(leads ? 1 : 0);
    },
  };
}

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

/**
 * Gauges of the backlog, measured when they are read. Counting reads every waiting row, so it runs at most every 5 s and takes at
 * most a twentieth of the time. While the database does not answer, the last values stay.
 */
export function registerBacklog(registry: Registry, outbox: RowSource, logger: Logger): void {
  let measuring: Promise<void> | undefined;
  let nextAt = 0;

  const measure = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      const backlog = await measureBacklog(outbox);
      for (const [field, gauge] of Object.entries(registered)) gauge.set(backlog[field as keyof Backlog]);
    } catch (error) {
      logger.warn({ err: error }, 'could not measure the backlog; its metrics keep their last values');
    }
    const endedAt = performance.now();
    nextAt = endedAt + Math.max(5_000, 20 * (endedAt - startedAt));
  };

  const collect = (): Promise<void> => {
    if (performance.now() < nextAt) return Promise.resolve();
    measuring ??= measure().finally(() => (measuring = undefined));
    return measuring;
  };

  const gauge = (field: keyof Backlog): Gauge => {
    const [name, help] = gauges[field];
    return new Gauge({ name, help, registers: [registry], collect });
  };
  const registered: Record<keyof Backlog, Gauge> = {
    unpublished: gauge('unpublished'),
    parked: gauge('parked'),
    oldestSeconds: gauge('oldestSeconds'),
    oldestWriterSeconds: gauge('oldestWriterSeconds'),
  };
}
