import { ConfigurationError, readConfiguration, type Configuration } from '@reprise/runtime';

export type ProductApiConfiguration = Pick<
  Configuration,
  'writeDatabaseUrl' | 'productApiPort' | 'httpHost'
> & {
  /** Connections this process may hold at once. */
  readonly poolSize: number;
  /** Longest time one statement may take, waiting for row locks included, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** How long the answer to a request with an Idempotency-Key is kept, in hours. */
  readonly idempotencyRetentionHours: number;
};

/**
 * Reads the product API's settings from its environment: `WRITE_DATABASE_URL`, `PRODUCT_API_PORT`, `HTTP_HOST`,
 * `WRITE_DATABASE_POOL_SIZE` (10), `WRITE_DATABASE_STATEMENT_TIMEOUT_MS` (5000) and `IDEMPOTENCY_RETENTION_HOURS` (24).
 * @param warn as that of `readConfiguration`
 * @throws ConfigurationError naming all bad settings at once
 */
export function readProductApiConfiguration(
  env: NodeJS.ProcessEnv,
  warn?: (sentence: string) => void,
): ProductApiConfiguration {
  const problems: string[] = [];
  const numbers = {
    poolSize: wholeNumber(
      env,
      'WRITE_DATABASE_POOL_SIZE',
      { fallback: 10, minimum: 1, maximum: 500 },
      problems,
    ),
    statementTimeoutMs: wholeNumber(
      env,
      'WRITE_DATABASE_STATEMENT_TIMEOUT_MS',
      { fallback: 5_000, minimum: 100, maximum: 600_000 },
      problems,
    ),
    idempotencyRetentionHours: wholeNumber(
      env,
      'IDEMPOTENCY_RETENTION_HOURS',
      { fallback: 24, minimum: 1, maximum: 8_760 },
      problems,
    ),
  };
  const endpoints = readEndpoints(env, problems, warn);
  if (problems.length > 0 || endpoints === undefined) throw new ConfigurationError(problems);
  return { ...endpoints, ...numbers };
}

function readEndpoints(
  env: NodeJS.ProcessEnv,
  problems: string[],
  warn?: (sentence: string) => void,
): Pick<Configuration, 'writeDatabaseUrl' | 'productApiPort' | 'httpHost'> | undefined {
  try {
    return readConfiguration(env, ['writeDatabase', 'productApiPort'], warn);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.unshift(...error.problems);
    return undefined;
  }
}

function wholeNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  { fallback, minimum, maximum }: { fallback: number; minimum: number; maximum: number },
  problems: string[],
): number {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  problems.push(`${name} must be a whole number from ${minimum} to ${maximum}, not "${text}"`);
  return fallback;
}
