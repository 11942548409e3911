import { ConfigurationError, readConfiguration, type Configuration } from '@reprise/runtime';

export type ProductApiConfiguration = Pick<
  Configuration,
  'writeDatabaseUrl' | 'productApiPort' | 'httpHost'
> & {
  /** Connections this process may hold at once. */
  readonly poolSize: number;
  /** Longest time one statement may take, waiting for row locks included, in milliseconds. */
  readonly statementTimeoutMs: number;
};

/**
 * Reads what the product API is told by its environment: `WRITE_DATABASE_URL`, `PRODUCT_API_PORT`, `HTTP_HOST`,
 * `WRITE_DATABASE_POOL_SIZE` (10) and `WRITE_DATABASE_STATEMENT_TIMEOUT_MS` (5000).
 * @throws ConfigurationError naming all bad settings at once
 */
export function readProductApiConfiguration(env: NodeJS.ProcessEnv): ProductApiConfiguration {
  const problems: string[] = [];
  const poolSize = wholeNumber(env, 'WRITE_DATABASE_POOL_SIZE', 10, 1, 500, problems);
  const statementTimeoutMs = wholeNumber(
    env,
    'WRITE_DATABASE_STATEMENT_TIMEOUT_MS',
    5_000,
    100,
    600_000,
    problems,
  );
  try {
    const configuration = readConfiguration(env, ['writeDatabase', 'productApiPort']);
    if (problems.length > 0) throw new ConfigurationError([]);
    return { ...configuration, poolSize, statementTimeoutMs };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError([...error.problems, ...problems]);
  }
}

function wholeNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  minimum: number,
  maximum: number,
  problems: string[],
): number {
  const text = env[name]?.trim();
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  problems.push(`${name} must be a whole number from ${minimum} to ${maximum}, not "${text}"`);
  return fallback;
}
