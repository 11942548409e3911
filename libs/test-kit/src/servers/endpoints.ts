import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  ConfigurationError,
  readConfiguration,
  type ElasticsearchConfiguration,
  type KafkaConfiguration,
} from '@reprise/runtime';
import { testAccessEnv, testKeyEnv } from '../access/test-access.ts';
import { workspaceRoot } from '../workspace-root.ts';

export interface TestEndpoints {
  readonly kafka: KafkaConfiguration;
  readonly elasticsearch: ElasticsearchConfiguration;
  readonly writeDatabaseUrl: string;
  readonly readModelDatabaseUrl: string;
  readonly eventStoreDatabaseUrl: string;
  /** As the relay connects to the write database. */
  readonly outboxDatabaseUrl: string;
  /** As the owners of the schemas connect, who migrate. */
  readonly writeOwnerUrl: string;
  readonly readModelOwnerUrl: string;
  /** A superuser's, to create and drop databases. */
  readonly postgresAdminUrl: string;
  /**
   * The URL that a setting of this environment holds.
   * @throws Error when it is not set
   */
  urlOf(variable: string): string;
  /** The same as environment variables, to start a process with. */
  readonly env: Readonly<Record<string, string>>;
}

const endpointVariables = [
  'KAFKA_BROKERS',
  'ELASTICSEARCH_NODE',
  'WRITE_DATABASE_URL',
  'READ_MODEL_DATABASE_URL',
  'EVENT_STORE_DATABASE_URL',
] as const;

const relatedVariables = /^(?:KAFKA_(?:SSL|SASL)|ELASTICSEARCH_|POSTGRES_ADMIN_URL$)/;

let found: TestEndpoints | undefined;

/**
 * The servers tests run against: those the environment names, else the embedded stack's.
 *
 * @throws Error saying how to start them when there are none, or which variables are missing when some are named
 */
export function testEndpoints(): TestEndpoints {
  return (found ??= readEndpoints(process.env));
}

function readEndpoints(configured: NodeJS.ProcessEnv): TestEndpoints {
  const env = endpointVariables.some((name) => configured[name]) ? configured : stackVariables();
  try {
    const configuration = readConfiguration(env, [
      'kafka',
      'elasticsearch',
      'writeDatabase',
      'readModelDatabase',
      'eventStoreDatabase',
      'outboxDatabase',
      'writeDatabaseOwner',
      'readModelDatabaseOwner',
    ]);
    const { kafka, elasticsearch, writeDatabaseUrl, readModelDatabaseUrl, eventStoreDatabaseUrl } =
      configuration;
    const postgresAdminUrl = env['POSTGRES_ADMIN_URL'] || superuserUrl(writeDatabaseUrl);
    return {
      kafka,
      elasticsearch,
      writeDatabaseUrl,
      readModelDatabaseUrl,
      eventStoreDatabaseUrl,
      outboxDatabaseUrl: configuration.outboxDatabase.url,
      writeOwnerUrl: configuration.writeDatabaseOwner.url,
      readModelOwnerUrl: configuration.readModelDatabaseOwner.url,
      postgresAdminUrl,
      urlOf: (variable) => {
        const url = env[variable];
        if (!url) throw new Error(`${variable} is not set; the test needs the role it connects as.`);
        return url;
      },
      // A test of another context, or of all of them, says so.
      env: {
        ...endpointsIn(env),
        ...testAccessEnv,
        ...testKeyEnv,
        POSTGRES_ADMIN_URL: postgresAdminUrl,
        REPRISE_CONTEXTS: 'product',
      },
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new Error(
      `Only some of the test servers are configured. Configure all of them, or none and run \`npm run -s stack -- up\`.\n${error.problems.join('\n')}`,
      { cause: error },
    );
  }
}

function endpointsIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = (name: string): boolean =>
    endpointVariables.some((variable) => variable === name) || relatedVariables.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => wanted(entry[0]) && entry[1] !== undefined,
    ),
  );
}

/** What `stack env` prints while the embedded servers run. */
function stackVariables(): NodeJS.ProcessEnv {
  try {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const main = join(workspaceRoot, 'tools/stack/src/main.ts');
    const output = execFileSync(process.execPath, [main, 'env'], {
      cwd: workspaceRoot,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const variables = parseExports(output);
    if (variables['KAFKA_BROKERS']) return variables;
    throw new Error(`\`stack env\` does not name an endpoint:\n${output}`);
  } catch (error) {
    throw new Error(
      'No server to test against: no endpoint is configured and the embedded stack is not running. Start it with `npm run -s stack -- up`.',
      { cause: error },
    );
  }
}

/** Reads lines of the form `export NAME=value`, the value bare or in single or double quotes. */
export function parseExports(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [, name, quoted] of text.matchAll(/^export ([A-Z_]+)=(.*)$/gm)) {
    if (name !== undefined && quoted !== undefined) variables[name] = quoted.replace(/^(['"])(.*)\1$/, '$2');
  }
  return variables;
}

function superuserUrl(writeDatabaseUrl: string): string {
  const url = new URL(writeDatabaseUrl);
  url.username = 'postgres';
  url.password = 'postgres';
  url.pathname = '/postgres';
  return url.href;
}
