import { Module, type DynamicModule } from '@nestjs/common';
import { createHttpApplication, OperationsModule, type HttpApplicationOptions } from '@reprise/http';
import { createOutboxRelay, type OutboxRelay, type RelayedContext } from '@reprise/relay';
import { createMetrics, type Logger, type ServiceContext } from '@reprise/runtime';
import { type Registry } from 'prom-client';

/** Health and metrics; the relay itself serves no requests. */
@Module({})
class RelayModule {
  static register(ready: OutboxRelay['ready'], metrics: Registry, logger: Logger): DynamicModule {
    return { module: RelayModule, imports: [OperationsModule.register({ metrics, logger, ready })] };
  }
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
  guarded: Pick<HttpApplicationOptions, 'access' | 'limits'>,
  { logger, signal }: ServiceContext,
): Promise<void> {
  const metrics = createMetrics('outbox-relay');
  const relay = createOutboxRelay(contexts, { logger, metrics });
  const application = await createHttpApplication(RelayModule.register(relay.ready, metrics, logger), {
    logger,
    metrics,
    ...guarded,
  });
  try {
    await application.listen(address.port, address.host);
    await relay.run(signal);
  } finally {
    await application.close();
    await relay.close();
  }
}
