import { Module, type DynamicModule } from '@nestjs/common';
import { createMetrics, type Logger, type ServiceContext } from '@reprise/runtime';
import { createHttpApplication, OperationsModule } from '@reprise/runtime/http';
import { type Registry } from 'prom-client';
import { Relay } from './relay.ts';
import { type RelaySettings } from './settings.ts';
import { measuredTelemetry, registerBacklog } from './telemetry.ts';

/** Health and metrics; the relay itself serves no requests. */
@Module({})
class RelayModule {
  static register(relay: Relay, metrics: Registry, logger: Logger): DynamicModule {
    const ready = {
      outbox: () => relay.assertOutboxReachable(),
      eventLog: () => relay.assertEventLogReachable(),
      publishing: () => relay.assertWorking(),
    };
    return { module: RelayModule, imports: [OperationsModule.register({ metrics, logger, ready })] };
  }
}

/**
 * Runs the relay with its health and metrics endpoints until the signal aborts. The batch in flight is finished and
 * marked, and the lock released, before it returns.
 */
export async function serveRelay(
  settings: RelaySettings,
  address: { readonly port: number; readonly host: string },
  { logger, signal }: ServiceContext,
): Promise<void> {
  const metrics = createMetrics('outbox-relay');
  const relay = new Relay(settings, logger, measuredTelemetry(metrics, logger));
  registerBacklog(metrics, relay.outbox, logger);
  const application = await createHttpApplication(RelayModule.register(relay, metrics, logger), {
    logger,
    metrics,
  });
  try {
    await application.listen(address.port, address.host);
    await relay.run(signal);
  } finally {
    await application.close();
    await relay.close();
  }
}
