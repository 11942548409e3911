import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from './configuration-error.ts';
import { readConfiguration, type EndpointName } from './configuration.ts';
import { Settings } from './settings.ts';

const everything: readonly EndpointName[] = [
  'kafka',
  'elasticsearch',
  'writeDatabase',
  'readModelDatabase',
  'eventStoreDatabase',
  'searchApiPort',
  'outboxRelayPort',
  'projectionConsumerPort',
  'deadLetterAttempts',
  'repairQueueLimit',
  'repairAttempts',
  'repairTasksPerSecond',
  'repairLeaseSeconds',
];

function problemsOf(env: NodeJS.ProcessEnv, needed: readonly EndpointName[]): string[] {
  try {
    readConfiguration(env, needed);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, 'CERTIFICATE');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read whole, with defaults for names and ports', () => {
    const env = {
      KAFKA_BROKERS: 'a:9092, [::1]:9093',
      ELASTICSEARCH_NODE: 'http://localhost:9200',
      WRITE_DATABASE_URL: 'postgres://w:w@db/reprise_write',
      READ_MODEL_DATABASE_URL: 'postgresql://r:r@db:5432/reprise_read',
      EVENT_STORE_DATABASE_URL: 'postgres://e@db/reprise_write',
      SEARCH_API_PORT: '0',
    };
    expect(readConfiguration(env, everything)).toEqual({
      kafka: { brokers: ['a:9092', '[::1]:9093'] },
      elasticsearch: { node: 'http://localhost:9200' },
      writeDatabaseUrl: 'postgres://w:w@db/reprise_write',
      readModelDatabaseUrl: 'postgresql://r:r@db:5432/reprise_read',
      eventStoreDatabaseUrl: 'postgres://e@db/reprise_write',
      searchApiPort: 0,
      outboxRelayPort: 3002,
      projectionConsumerPort: 3003,
      deadLetterAttempts: 3,
      repairQueueLimit: 100_000,
      repairAttempts: 8,
      repairTasksPerSecond: 50,
      repairLeaseSeconds: 60,
      httpHost: '127.0.0.1',
    });
  });

  it('reads the security settings of Kafka and Elasticsearch', () => {
    const configuration = readConfiguration(
      {
        KAFKA_BROKERS: 'a:9092',
        KAFKA_SSL_CA_FILE: caFile,
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
        KAFKA_SASL_USERNAME: 'reader',
        KAFKA_SASL_PASSWORD: 'secret',
        KAFKA_MAX_UNPACKED_BATCH_BYTES: '2000000',
        ELASTICSEARCH_NODE: 'https://search:9200',
        ELASTICSEARCH_API_KEY: 'key',
        ELASTICSEARCH_CA_FILE: caFile,
      },
      ['kafka', 'elasticsearch'],
    );
    expect(configuration.kafka).toEqual({
      brokers: ['a:9092'],
      ssl: { ca: 'CERTIFICATE' },
      sasl: { mechanism: 'scram-sha-256', username: 'reader', password: 'secret' },
      maxUnpackedBatchBytes: 2_000_000,
    });
    expect(configuration.elasticsearch).toEqual({
      node: 'https://search:9200',
      auth: { apiKey: 'key' },
      tls: { ca: 'CERTIFICATE' },
    });
  });

  it('names every missing setting in one error', () => {
    expect(problemsOf({}, everything).map((problem) => problem.split(' ')[0])).toEqual([
      'KAFKA_BROKERS',
      'ELASTICSEARCH_NODE',
      'WRITE_DATABASE_URL',
      'READ_MODEL_DATABASE_URL',
      'EVENT_STORE_DATABASE_URL',
    ]);
    expect(problemsOf({}, everything)[2]).toContain(
      'for example postgres://user:password@host:5432/database',
    );
  });

  it('does not look at endpoints that are not needed', () => {
    expect(problemsOf({ KAFKA_BROKERS: 'nonsense', SEARCH_API_PORT: 'x' }, [])).toEqual([]);
  });

  const bad: [EndpointName, NodeJS.ProcessEnv, RegExp][] = [
    ['kafka', { KAFKA_BROKERS: 'a:9092,b' }, /"b", which is not host:port/],
    ['kafka', { KAFKA_BROKERS: 'http://a:9092' }, /not host:port/],
    ['kafka', { KAFKA_BROKERS: 'a:70000' }, /not host:port/],
    ['kafka', { KAFKA_BROKERS: 'kafka://me:secret@a' }, /holds "…@a", which is not host:port/],
    ['kafka', { KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'x://me:secret@a' }, /not "x:\/\/\[redacted\]@a"/],
    ['kafka', { KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'yes' }, /KAFKA_SSL must be one of true, false/],
    [
      'kafka',
      { KAFKA_BROKERS: 'a:1', KAFKA_SSL: 'false', KAFKA_SSL_CA_FILE: caFile },
      /although KAFKA_SSL is false/,
    ],
    ['kafka', { KAFKA_BROKERS: 'a:1', KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' }, /cannot be read: ENOENT/],
    [
      'kafka',
      { KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'x' },
      /KAFKA_SASL_MECHANISM, KAFKA_SASL_PASSWORD must also be set/,
    ],
    [
      'kafka',
      {
        KAFKA_BROKERS: 'a:1',
        KAFKA_SASL_MECHANISM: 'gssapi',
        KAFKA_SASL_USERNAME: 'x',
        KAFKA_SASL_PASSWORD: 'y',
      },
      /must be one of plain, scram-sha-256, scram-sha-512/,
    ],
    ['elasticsearch', { ELASTICSEARCH_NODE: 'localhost:9200' }, /begins with http/],
    ['elasticsearch', { ELASTICSEARCH_NODE: 'http://u:p@h:9200' }, /holds credentials/],
    ['elasticsearch', { ELASTICSEARCH_NODE: 'http://h:9200', ELASTICSEARCH_CA_FILE: caFile }, /is not https/],
    [
      'elasticsearch',
      { ELASTICSEARCH_NODE: 'http://h:9200', ELASTICSEARCH_USERNAME: 'u' },
      /_PASSWORD must be set/,
    ],
    [
      'elasticsearch',
      { ELASTICSEARCH_NODE: 'http://h:9200', ELASTICSEARCH_API_KEY: 'k', ELASTICSEARCH_USERNAME: 'u' },
      /keep one of them/,
    ],
    ['writeDatabase', { WRITE_DATABASE_URL: 'mysql://a/b' }, /begins with postgres/],
    ['writeDatabase', { WRITE_DATABASE_URL: 'postgres://a' }, /does not name a database/],
    ['searchApiPort', { SEARCH_API_PORT: '65536' }, /from 0 \(any free port\) to 65535/],
    [
      'deadLetterAttempts',
      { DEAD_LETTER_ATTEMPTS: '0' },
      /DEAD_LETTER_ATTEMPTS must be a whole number from 1 to 100/,
    ],
  ];

  it.each(bad)('refuses %s with %j', (needed, env, problem) => {
    const problems = problemsOf(env, [needed]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it.each([
    ['topic', 'a/b', /SOME_NAME is not a valid Kafka topic name: "a\/b"/],
    ['topic', '..', /SOME_NAME is not a valid Kafka topic name/],
    ['alias', '*', /SOME_NAME must be lower-case letters/],
    ['alias', 'a,b', /SOME_NAME must be/],
    ['alias', '-a', /SOME_NAME must be/],
  ] as const)('refuses a name that no %s can have: %s', (kind, value, problem) => {
    const settings = new Settings({ SOME_NAME: value });
    settings[kind]('SOME_NAME', 'usual');
    expect(settings.problems).toEqual([expect.stringMatching(problem)]);
  });

  it('never repeats a connection string, which holds a password', () => {
    const env = { WRITE_DATABASE_URL: 'mysql://u:hunter2@h/d', READ_MODEL_DATABASE_URL: 'hunter2' };
    const message = problemsOf(env, ['writeDatabase', 'readModelDatabase']).join('\n');
    expect(message).toContain('WRITE_DATABASE_URL');
    expect(message).not.toContain('hunter2');
  });
});
