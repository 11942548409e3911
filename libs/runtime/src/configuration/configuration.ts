import { ConfigurationError } from './configuration-error.ts';
import { elasticsearchInClearText, kafkaInClearText } from './clear-text.ts';
import { elasticsearchSettings, type ElasticsearchConfiguration } from './elasticsearch-settings.ts';
import { kafkaSettings, type KafkaConfiguration } from './kafka-settings.ts';
import { Settings } from './settings.ts';

/** A Postgres URL, and the variable it came from. */
export interface DatabaseSetting {
  readonly url: string;
  readonly variable: string;
}

/** All settings a Reprise process accepts from outside. */
export interface Configuration {
  readonly kafka: KafkaConfiguration;
  readonly elasticsearch: ElasticsearchConfiguration;
  readonly writeDatabaseUrl: string;
  /** The write database, as the relay connects to it. */
  readonly outboxDatabase: DatabaseSetting;
  /** The write database, as the role that owns its schema. */
  readonly writeDatabaseOwner: DatabaseSetting;
  readonly readModelDatabaseUrl: string;
  /** The read-model database, as the role that owns its schema. */
  readonly readModelDatabaseOwner: DatabaseSetting;
  /** Connects as a role that can only SELECT the event store. */
  readonly eventStoreDatabaseUrl: string;
  readonly searchApiPort: number;
  readonly outboxRelayPort: number;
  readonly projectionConsumerPort: number;
  /** How often an event that cannot be applied is tried before it becomes a dead letter. */
  readonly deadLetterAttempts: number;
  /** Most repair tasks the queue holds. */
  readonly repairQueueLimit: number;
  /** Failed attempts after which a repair task is abandoned. */
  readonly repairAttempts: number;
  /** Most repair tasks a process begins in a second. */
  readonly repairTasksPerSecond: number;
  /** How long one worker holds a repair task, in seconds. */
  readonly repairLeaseSeconds: number;
  /** The address HTTP servers listen on. */
  readonly httpHost: string;
  /** How long an HTTP server that stops still takes requests, after readiness turned 503, in seconds. */
  readonly httpDrainSeconds: number;
}

const fieldOf = {
  kafka: 'kafka',
  elasticsearch: 'elasticsearch',
  writeDatabase: 'writeDatabaseUrl',
  outboxDatabase: 'outboxDatabase',
  writeDatabaseOwner: 'writeDatabaseOwner',
  readModelDatabaseOwner: 'readModelDatabaseOwner',
  readModelDatabase: 'readModelDatabaseUrl',
  eventStoreDatabase: 'eventStoreDatabaseUrl',
  searchApiPort: 'searchApiPort',
  outboxRelayPort: 'outboxRelayPort',
  projectionConsumerPort: 'projectionConsumerPort',
  httpDrain: 'httpDrainSeconds',
  deadLetterAttempts: 'deadLetterAttempts',
  repairQueueLimit: 'repairQueueLimit',
  repairAttempts: 'repairAttempts',
  repairTasksPerSecond: 'repairTasksPerSecond',
  repairLeaseSeconds: 'repairLeaseSeconds',
} as const satisfies Record<string, keyof Configuration>;

/** `HTTP_DRAIN_SECONDS`; a longer drain would outlive what stops processes. */
export function drainSeconds(settings: Settings): number {
  return settings.wholeNumber('HTTP_DRAIN_SECONDS', { from: 0, to: 300 }, 0);
}

/** What a process may ask for. An endpoint has no default; a port and a number have one. */
export type EndpointName = keyof typeof fieldOf;

type Fields<K extends EndpointName> = (typeof fieldOf)[K] | 'httpHost';

/** How much live feeding takes on unless the environment says otherwise. */
export const defaultLiveLimits = {
  deadLetterAttempts: 3,
  repairTasksPerSecond: 50,
  repairLeaseSeconds: 60,
} as const satisfies Partial<Configuration>;

const readers: { readonly [K in EndpointName]: (settings: Settings) => Configuration[(typeof fieldOf)[K]] } =
  {
    kafka: (settings) => warned(settings, kafkaSettings(settings), kafkaInClearText),
    elasticsearch: (settings) => warned(settings, elasticsearchSettings(settings), elasticsearchInClearText),
    writeDatabase: (settings) => settings.postgresUrl('WRITE_DATABASE_URL').url,
    outboxDatabase: (settings) => settings.postgresUrl('OUTBOX_DATABASE_URL', 'WRITE_DATABASE_URL'),
    writeDatabaseOwner: (settings) => settings.postgresUrl('WRITE_DATABASE_OWNER_URL', 'WRITE_DATABASE_URL'),
    readModelDatabase: (settings) => settings.postgresUrl('READ_MODEL_DATABASE_URL').url,
    readModelDatabaseOwner: (settings) =>
      settings.postgresUrl('READ_MODEL_DATABASE_OWNER_URL', 'READ_MODEL_DATABASE_URL'),
    eventStoreDatabase: (settings) => settings.postgresUrl('EVENT_STORE_DATABASE_URL').url,
    searchApiPort: (settings) => settings.port('SEARCH_API_PORT', 3001),
    outboxRelayPort: (settings) => settings.port('OUTBOX_RELAY_PORT', 3002),
    projectionConsumerPort: (settings) => settings.port('PROJECTION_CONSUMER_PORT', 3003),
    httpDrain: drainSeconds,
    deadLetterAttempts: (settings) =>
      settings.wholeNumber(
        'DEAD_LETTER_ATTEMPTS',
        { from: 1, to: 100 },
        defaultLiveLimits.deadLetterAttempts,
      ),
    repairQueueLimit: (settings) =>
      settings.wholeNumber('REPAIR_QUEUE_LIMIT', { from: 1, to: 10_000_000 }, 100_000),
    repairAttempts: (settings) => settings.wholeNumber('REPAIR_ATTEMPTS', { from: 1, to: 100 }, 8),
    repairTasksPerSecond: (settings) =>
      settings.wholeNumber(
        'REPAIR_TASKS_PER_SECOND',
        { from: 1, to: 10_000 },
        defaultLiveLimits.repairTasksPerSecond,
      ),
    repairLeaseSeconds: (settings) =>
      settings.wholeNumber(
        'REPAIR_LEASE_SECONDS',
        { from: 1, to: 3_600 },
        defaultLiveLimits.repairLeaseSeconds,
      ),
  };

/**
 * Reads settings by a function of the caller's.
 *
 * @param env the environment variables, usually `process.env`
 * @param read takes what it needs and leaves its problems in the settings
 * @param warn receives one sentence per credential that would cross the network in clear text; default: stderr
 * @throws ConfigurationError listing all missing and bad settings at once; no value of a secret is repeated in it
 */
export function readSettings<T>(
  env: NodeJS.ProcessEnv,
  read: (settings: Settings) => T,
  warn: (sentence: string) => void = warnOnStderr,
): T {
  const settings = new Settings(env);
  const value = read(settings);
  if (settings.problems.length > 0) throw new ConfigurationError(settings.problems);
  for (const sentence of settings.warnings) warn(sentence);
  return value;
}

/**
 * The settings of the endpoints and ports a process uses; those of others are not looked at.
 * @param needed the HTTP host is always included
 */
export function endpointSettings<K extends EndpointName>(
  settings: Settings,
  needed: readonly K[],
): Pick<Configuration, Fields<K>> {
  const configuration: Record<string, unknown> = {};
  for (const name of needed) configuration[fieldOf[name]] = readers[name](settings);
  configuration['httpHost'] = settings.optional('HTTP_HOST') ?? '127.0.0.1';
  return configuration as unknown as Pick<Configuration, Fields<K>>;
}

/** `endpointSettings` for a process that needs nothing else. @throws ConfigurationError as `readSettings` does */
export function readConfiguration<K extends EndpointName>(
  env: NodeJS.ProcessEnv,
  needed: readonly K[],
  warn?: (sentence: string) => void,
): Pick<Configuration, Fields<K>> {
  return readSettings(env, (settings) => endpointSettings(settings, needed), warn);
}

function warned<T>(settings: Settings, value: T, judge: (value: T) => string | undefined): T {
  settings.warning(judge(value));
  return value;
}

function warnOnStderr(sentence: string): void {
  process.stderr.write(`warning: ${sentence}\n`);
}
