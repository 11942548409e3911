import { Module, type DynamicModule } from '@nestjs/common';
import { createMetrics, runEach, type Logger, type ServiceContext } from '@reprise/runtime';
import { createHttpApplication, OperationsModule, type ReadinessChecks } from '@reprise/runtime/http';
import { type Registry } from 'prom-client';
import { registerBacklog } from './backlog-metrics.ts';
import { type RelayedContext } from './relay-contexts.ts';
import { Relay } from './relay.ts';
import { measuredTelemetry } from './telemetry.ts';

interface Served {
  readonly name: string;
  readonly relay: Relay;
  readonly logger: Logger;
}

const refusedText = 'not published: a server refuses it; other contexts are, and this one is retried';

/** Health and metrics; the relay itself serves no requests. */
@Module({})
class RelayModule {
  static register(ready: ReadinessChecks, metrics: Registry, logger: Logger): DynamicModule {
    return { module: RelayModule, imports: [OperationsModule.register({ metrics, logger, ready })] };
  }
}

/** The checks of each context; they carry its name where there are several. */
function readinessOf(served: readonly Served[]): ReadinessChecks {
  return Object.fromEntries(
    served.flatMap(({ name, relay }) => {
      const of = (check: string): string => (served.length === 1 ? check : `${name}.${check}`);
      return [
        [of('outbox'), () => relay.assertOutboxReachable()],
        [of('eventLog'), () => relay.assertEventLogReachable()],
        [of('publishing'), () => relay.assertWorking()],
      ] as const;
    }),
  );
}

/**
 * Runs a relay per context, with health and metrics endpoints, until the signal aborts. The batches in flight are finished and
 * marked, and the locks released, before it returns.
 *
 * @throws RelayError when servers refuse every context
 */
export async function serveRelay(
  contexts: readonly RelayedContext[],
  address: { readonly port: number; readonly host: string },
  { logger, signal }: ServiceContext,
): Promise<void> {
  const metrics = createMetrics('outbox-relay');
  const telemetryOf = measuredTelemetry(metrics);
  const served = contexts.map(({ name, settings }): Served => {
    const own = logger.child({ context: name });
    return { name, logger: own, relay: new Relay(settings, own, telemetryOf(name, own)) };
  });
  registerBacklog(
    metrics,
    served.map(({ name, relay, logger: own }) => ({ name, outbox: relay.outbox, logger: own })),
  );
  const application = await createHttpApplication(
    RelayModule.register(readinessOf(served), metrics, logger),
    {
      logger,
      metrics,
    },
  );
  try {
    await application.listen(address.port, address.host);
    await runEach(
      served.map(({ relay, logger: own }) => ({
        run: (ends) => relay.run(ends),
        onStopped: (error) => own.error({ err: error }, refusedText),
      })),
      signal,
    );
  } finally {
    await application.close();
    await Promise.all(served.map(({ relay }) => relay.close()));
  }
}
