import { accessSettings, type AccessConfiguration } from '@reprise/access';
import { httpLimitSettings, type HttpLimits } from '@reprise/http';
import { ConfigurationError, drainSeconds, Settings } from '@reprise/runtime';
import { type WriteSettings } from './write-api.ts';

/** What a write API reads from its environment. */
export interface WriteApiConfiguration {
  readonly writeDatabaseUrl: string;
  readonly port: number;
  readonly httpHost: string;
  readonly access: AccessConfiguration;
  readonly limits: Partial<HttpLimits>;
  /** How long it still takes requests once it stops, in seconds. */
  readonly drainSeconds: number;
  /** Connections this process may hold at once. */
  readonly poolSize: number;
  /** Longest time one statement may take, waiting for row locks included, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** How long the answer to a request with an Idempotency-Key is kept, in hours. */
  readonly idempotencyRetentionHours: number;
  /** How often a canary is written, in seconds; 0 for never. */
  readonly canarySeconds: number;
}

/** The names of its settings: those of a context begin with its prefix. */
export function settingNames({ prefix }: Pick<WriteSettings, 'prefix'>) {
  return {
    databaseUrl: `${prefix}WRITE_DATABASE_URL`,
    ownerUrl: `${prefix}WRITE_DATABASE_OWNER_URL`,
    poolSize: `${prefix}WRITE_DATABASE_POOL_SIZE`,
    statementTimeoutMs: `${prefix}WRITE_DATABASE_STATEMENT_TIMEOUT_MS`,
    idempotencyRetentionHours: `${prefix}IDEMPOTENCY_RETENTION_HOURS`,
  };
}

/**
 * Reads a write API's settings from its environment: with the context's prefix `WRITE_DATABASE_URL`, `WRITE_DATABASE_POOL_SIZE` (10),
 * `WRITE_DATABASE_STATEMENT_TIMEOUT_MS` (5000) and `IDEMPOTENCY_RETENTION_HOURS` (24), its port, `CANARY_SECONDS` (10), `HTTP_HOST`, `HTTP_DRAIN_SECONDS` (0),
 * who may do what (`accessSettings`) and how much (`httpLimitSettings`).
 *
 * @param warn receives one sentence for a credential that would cross the network in clear text
 * @throws ConfigurationError naming all bad settings at once
 */
export function readWriteApiConfiguration(
  own: WriteSettings,
  env: NodeJS.ProcessEnv,
  warn: (sentence: string) => void,
): WriteApiConfiguration {
  const settings = new Settings(env);
  const names = settingNames(own);
  const httpHost = settings.optional('HTTP_HOST') ?? '127.0.0.1';
  const configuration = {
    writeDatabaseUrl: settings.postgresUrl(names.databaseUrl).url,
    port: settings.port(own.port.variable, own.port.fallback),
    httpHost,
    access: accessSettings(settings, env, httpHost),
    limits: httpLimitSettings(settings),
    drainSeconds: drainSeconds(settings),
    poolSize: settings.wholeNumber(names.poolSize, { from: 1, to: 500 }, 10),
    statementTimeoutMs: settings.wholeNumber(names.statementTimeoutMs, { from: 100, to: 600_000 }, 5_000),
    idempotencyRetentionHours: settings.wholeNumber(
      names.idempotencyRetentionHours,
      { from: 1, to: 8_760 },
      24,
    ),
    canarySeconds: settings.wholeNumber('CANARY_SECONDS', { from: 0, to: 3_600 }, 10),
  };
  if (settings.problems.length > 0) throw new ConfigurationError(settings.problems);
  for (const sentence of settings.warnings) warn(sentence);
  return configuration;
}

/**
 * The owner's URL of the write database, for its migrations, and the setting that it came from.
 * @throws ConfigurationError when neither it nor the application's own URL is set, or it is none
 */
export function readOwner(
  own: Pick<WriteSettings, 'prefix'>,
  env: NodeJS.ProcessEnv,
): { readonly url: string; readonly variable: string } {
  const settings = new Settings(env);
  const names = settingNames(own);
  const owner = settings.postgresUrl(names.ownerUrl, names.databaseUrl);
  if (settings.problems.length > 0) throw new ConfigurationError(settings.problems);
  for (const sentence of settings.warnings) process.stderr.write(`warning: ${sentence}\n`);
  return owner;
}
