import {
  createMetrics,
  untilAborted,
  whenAvailable,
  type Logger,
  type ServiceContext,
} from '@reprise/runtime';
import { passesByItself } from '@reprise/runtime/connections';
import { openedAccess, type AccessConfiguration } from '@reprise/access';
import { type Registry } from 'prom-client';
import { createHttpApplication, type HttpApplication, type HttpLimits } from '@reprise/http';
import { forgetOldAnswers } from '../aggregates/kept-answers.ts';
import { keysOf } from '../keys/keys-table.ts';
import { CanaryWriter } from '../canary/canary-writer.ts';
import { WriteDatabase } from '../database/write-database.ts';
import { readWriteApiConfiguration, settingNames, type WriteApiConfiguration } from './configuration.ts';
import { WriteApiModule } from './write-api.module.ts';
import { type WriteApi } from './write-api.ts';

/** The write database as configured for a write API, not yet connected. */
export function writeDatabaseOf(
  { name, title, settings, schema }: WriteApi,
  configuration: Pick<WriteApiConfiguration, 'writeDatabaseUrl' | 'poolSize' | 'statementTimeoutMs'>,
  logger: Logger,
): WriteDatabase {
  return new WriteDatabase({
    url: configuration.writeDatabaseUrl,
    variable: settingNames(settings).databaseUrl,
    application: name,
    title,
    migrations: schema.migrations,
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
 * A write API, ready to listen; until its database is connected to, it answers 503. Closing it lets requests in flight
 * finish and then closes its database connections. Keys are those of its database and those of the file that is configured.
 */
export function createWriteApi(
  api: WriteApi,
  database: WriteDatabase,
  access: AccessConfiguration,
  logger: Logger,
  limits?: Partial<HttpLimits>,
  metrics: Registry = createMetrics(api.name),
): Promise<HttpApplication> {
  return createHttpApplication(WriteApiModule.register(api, database, metrics, logger), {
    logger,
    access: openedAccess(access, keysOf(database, logger)),
    metrics,
    ...(limits && { limits }),
    openApi: api.openApi,
  });
}

/** Serves a write API as configured until the process gets its signal to end. It listens, not ready, while its database is away. */
export async function serveWriteApi(api: WriteApi, { logger, signal }: ServiceContext): Promise<void> {
  const configuration = readWriteApiConfiguration(api.settings, process.env, (warning) =>
    logger.warn(warning),
  );
  const database = writeDatabaseOf(api, configuration, logger);
  const { access, limits } = configuration;
  const metrics = createMetrics(api.name);
  const application = await createWriteApi(api, database, access, logger, limits, metrics);
  const { context, name } = api;
  const canaries = new CanaryWriter(database, { context, source: `/reprise/${name}`, metrics, logger });
  try {
    await application.listen(configuration.port, configuration.httpHost);
    const connected = await whenAvailable(() => database.connect(), {
      signal,
      passes: passesByItself,
      onWaiting: (error) => logger.warn({ err: error }, 'the write database cannot be reached; retrying'),
    });
    if (connected === undefined) return;
    const forgetting = forgetOldAnswers(
      database.run,
      configuration.idempotencyRetentionHours,
      logger,
      signal,
    );
    const { canarySeconds } = configuration;
    const singing = canarySeconds > 0 ? canaries.run(1_000 * canarySeconds, signal) : undefined;
    await untilAborted(signal);
    await application.drain(configuration.drainSeconds);
    await Promise.all([forgetting, singing]);
  } finally {
    await application.close();
  }
}
