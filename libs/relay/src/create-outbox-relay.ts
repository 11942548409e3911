import { runEach, silentLogger, type Logger } from '@reprise/runtime';
import { Registry } from 'prom-client';
import { registerBacklog } from './metrics/backlog-metrics.ts';
import { measuredTelemetry } from './metrics/telemetry.ts';
import type { RelayedContext } from './relay-contexts.ts';
import { Relay } from './relay/relay.ts';

export interface OutboxRelayOptions {
  /** Nothing is logged without one. */
  readonly logger?: Logger;
  /** Where `outbox_relay_*` are registered; nobody sees them if left out. */
  readonly metrics?: Registry;
}

/** A relay that is put together and publishes nothing before it runs. */
export interface OutboxRelay {
  /** Checks that reject with the reason, of each context; they carry its name where there are several. */
  readonly ready: Readonly<Record<string, () => Promise<void>>>;
  /**
   * Publishes until the signal aborts. The batches in flight are finished and marked, and the locks released, before it resolves.
   *
   * @throws RelayError when servers refuse every context
   */
  run(signal: AbortSignal): Promise<void>;
  /** Closes its connections, which its metrics use too. */
  close(): Promise<void>;
}

const refusedText = 'not published: a server refuses it; other contexts are, and this one is retried';

/** Puts together a relay for the outboxes of some contexts; reaches for nothing yet. */
export function createOutboxRelay(
  contexts: readonly RelayedContext[],
  { logger = silentLogger(), metrics = new Registry() }: OutboxRelayOptions = {},
): OutboxRelay {
  const telemetryOf = measuredTelemetry(metrics);
  const relayed = contexts.map(({ name, settings }) => {
    const own = logger.child({ context: name });
    return { name, logger: own, relay: new Relay(settings, own, telemetryOf(name, own)) };
  });
  registerBacklog(
    metrics,
    relayed.map(({ name, relay, logger: own }) => ({ name, outbox: relay.outbox, logger: own })),
  );
  const ready = relayed.flatMap(({ name, relay }) => {
    const of = (check: string): string => (relayed.length === 1 ? check : `${name}.${check}`);
    return [
      [of('outbox'), () => relay.assertOutboxReachable()],
      [of('eventLog'), () => relay.assertEventLogReachable()],
      [of('publishing'), () => relay.assertWorking()],
    ] as const;
  });
  const parts = relayed.map(({ relay, logger: own }) => ({
    run: (ends: AbortSignal) => relay.run(ends),
    onStopped: (error: unknown) => own.error({ err: error }, refusedText),
  }));
  return {
    ready: Object.fromEntries(ready),
    run: (signal) => runEach(parts, signal),
    close: async () => void (await Promise.all(relayed.map(({ relay }) => relay.close()))),
  };
}
