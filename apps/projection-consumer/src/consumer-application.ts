import { Module, type DynamicModule } from '@nestjs/common';
import { createHttpApplication, OperationsModule, type HttpApplicationOptions } from '@reprise/http';
import { LiveFeedTransport, RepriseModule } from '@reprise/nestjs';
import type { LiveConfiguration } from '@reprise/read-model-live';
import { createMetrics, untilAborted, type Logger, type ServiceContext } from '@reprise/runtime';
import type { Registry } from 'prom-client';

/** The live feed, with health and metrics endpoints. */
@Module({})
class ConsumerModule {
  static register(configuration: LiveConfiguration, metrics: Registry, logger: Logger): DynamicModule {
    const reprise = RepriseModule.forRoot({ configuration, metrics, logger });
    const operations = OperationsModule.registerAsync({
      imports: [reprise],
      inject: [LiveFeedTransport],
      useFactory: ({ ready }: LiveFeedTransport) => ({ metrics, logger, ready }),
    });
    return { module: ConsumerModule, imports: [reprise, operations] };
  }
}

/**
 * Feeds the read models of every context from their event logs until the signal aborts; the batches in flight are finished before
 * it returns. It listens from the beginning, and waits, not ready, for servers that are away. A context that cannot be fed does
 * not keep the others from being fed.
 *
 * @throws ReadModelNotMigrated and BoundElsewhere before anything is fed; TopicMissing and DependencyError where no context can be
 */
export async function serveConsumer(
  configuration: LiveConfiguration,
  guarded: Pick<HttpApplicationOptions, 'access' | 'limits'>,
  { logger, signal }: ServiceContext,
): Promise<void> {
  const metrics = createMetrics('projection-consumer');
  const application = await createHttpApplication(ConsumerModule.register(configuration, metrics, logger), {
    logger,
    metrics,
    ...guarded,
  });
  const { nest } = application;
  const transport = nest.get(LiveFeedTransport);
  nest.connectMicroservice({ strategy: transport });
  try {
    await application.listen(configuration.projectionConsumerPort, configuration.httpHost);
    await nest.startAllMicroservices();
    await Promise.race([untilAborted(signal), transport.ended]);
  } finally {
    // Health and metrics are answered until nothing is fed any more.
    await transport.close();
    await application.close();
  }
}
