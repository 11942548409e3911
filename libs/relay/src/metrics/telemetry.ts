import { type OutboxMessage } from '@reprise/outbox';
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

/** As {@link loggedTelemetry}, and counted in the registry, by context. */
export function measuredTelemetry(registry: Registry): (context: string, logger: Logger) => RelayTelemetry {
  const common = { labelNames: ['context' as const], registers: [registry] };
  const published = new Counter({
    name: 'outbox_relay_published_total',
    help: 'Events the log has acknowledged',
    ...common,
  });
  const batchSize = new Histogram({
    name: 'outbox_relay_batch_size',
    help: 'Events per acknowledged batch',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000],
    ...common,
  });
  const parked = new Counter({
    name: 'outbox_relay_parked_total',
    help: 'Events parked because the log refuses them',
    ...common,
  });
  const leader = new Gauge({
    name: 'outbox_relay_leader',
    help: '1 while this process is the publishing relay',
    ...common,
  });
  return (context, logger) => {
    const logged = loggedTelemetry(logger);
    // Present from the start, so that a rate has something to rise from.
    for (const counter of [published, parked]) counter.inc({ context }, 0);
    batchSize.zero({ context });
    leader.set({ context }, 0);
    return {
      batch: (messages) => {
        logged.batch(messages);
        published.inc({ context }, messages);
        batchSize.observe({ context }, messages);
      },
      parked: (message, reason) => {
        logged.parked(message, reason);
        parked.inc({ context });
      },
      leading: (leads) => {
        logged.leading(leads);
        leader.set({ context }, leads ? 1 : 0);
      },
    };
  };
}
