import { createMetrics, type Logger } from '@reprise/runtime';
import { createHttpApplication, type HttpApplication, type HttpLimits } from '@reprise/runtime/http';
import { type ProductApiConfiguration } from './configuration.ts';
import { ProductApiModule } from './product-api.module.ts';
import { WriteDatabase } from './write-database.ts';

/** The write database as configured for the product API, not yet connected. */
export function writeDatabaseOf(
  configuration: Pick<ProductApiConfiguration, 'writeDatabaseUrl' | 'poolSize' | 'statementTimeoutMs'>,
  logger: Logger,
): WriteDatabase {
  return new WriteDatabase({
    url: configuration.writeDatabaseUrl,
    poolSize: configuration.poolSize,
    statementTimeoutMs: configuration.statementTimeoutMs,
    onIdleError: (error) =>
      logger.warn(
        { err: error },
        'an idle connection to the write database broke; a new one is opened when needed',
      ),
  });
}

/**
 * The product API, ready to listen; until its database is connected to, it answers 503. Closing it lets requests in flight
 * finish and then closes its database connections.
 */
export function createProductApi(
  database: WriteDatabase,
  logger: Logger,
  limits?: Partial<HttpLimits>,
): Promise<HttpApplication> {
  const metrics = createMetrics('product-api');
  return createHttpApplication(ProductApiModule.register(database, metrics, logger), {
    logger,
    metrics,
    ...(limits && { limits }),
    openApi: {
      title: 'Reprise product API',
      description:
        'Creates and changes products. Every change is an event, stored in the transaction that makes it.',
      version: '1',
    },
  });
}
