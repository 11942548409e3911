import { readConfiguration } from './configuration.ts';

const endpoints = {
  KAFKA_BROKERS: 'localhost:9092',
  ELASTICSEARCH_NODE: 'http://localhost:9200',
  WRITE_DATABASE_URL: 'postgres://reprise:hunter2@127.0.0.1/reprise',
  READ_MODEL_DATABASE_URL: 'postgres://reprise:hunter2@[::1]/reprise',
  EVENT_STORE_DATABASE_URL: 'postgres://reprise:hunter2@db.localhost/reprise',
};
const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: 'hunter2' };
const away = { KAFKA_BROKERS: 'localhost:9092,broker.example:9092' };

function warnings(env: NodeJS.ProcessEnv): string[] {
  const warned: string[] = [];
  readConfiguration(
    { ...endpoints, ...env },
    ['kafka', 'elasticsearch', 'writeDatabase', 'readModelDatabase', 'eventStoreDatabase'],
    (sentence) => warned.push(sentence),
  );
  return warned;
}

describe('credentials over clear text', () => {
  it.each([
    ['KAFKA_SASL_PASSWORD', { ...away, ...sasl }],
    ['KAFKA_SASL_PASSWORD', { ...away, ...sasl, KAFKA_SSL: 'false' }],
    [
      'ELASTICSEARCH_API_KEY',
      { ELASTICSEARCH_NODE: 'http://10.0.0.1:9200', ELASTICSEARCH_API_KEY: 'hunter2' },
    ],
    [
      'ELASTICSEARCH_PASSWORD',
      { ELASTICSEARCH_NODE: 'http://es', ELASTICSEARCH_USERNAME: 'a', ELASTICSEARCH_PASSWORD: 'hunter2' },
    ],
    ['WRITE_DATABASE_URL', { WRITE_DATABASE_URL: 'postgres://a:hunter2@db/x' }],
    ['READ_MODEL_DATABASE_URL', { READ_MODEL_DATABASE_URL: 'postgres://a:hunter2@db/x?sslmode=disable' }],
    [
      'EVENT_STORE_DATABASE_URL',
      { EVENT_STORE_DATABASE_URL: 'postgres://a@localhost/x?host=db&password=hunter2' },
    ],
  ])('draw one warning, which names %s and not the secret', (setting, env) => {
    const warned = warnings(env);
    expect(warned).toEqual([expect.stringContaining(setting)]);
    expect(warned.join()).not.toContain('hunter2');
  });

  it.each([
    ['nothing leaves the machine', sasl],
    [
      'the host is a Unix socket',
      { WRITE_DATABASE_URL: 'postgres://a:hunter2@localhost/x?host=/var/run/pg' },
    ],
    ['Kafka is spoken to by TLS', { ...away, ...sasl, KAFKA_SSL: 'true' }],
    ['there are none for Kafka', away],
    ['there are none for Elasticsearch', { ELASTICSEARCH_NODE: 'http://es' }],
    ['Elasticsearch is https', { ELASTICSEARCH_NODE: 'https://es', ELASTICSEARCH_API_KEY: 'hunter2' }],
    ['there is no password for Postgres', { WRITE_DATABASE_URL: 'postgres://a@db/x' }],
    ['Postgres is spoken to by TLS', { WRITE_DATABASE_URL: 'postgres://a:hunter2@db/x?sslmode=verify-full' }],
    [
      'Postgres is spoken to by TLS that is asked for as ssl',
      { WRITE_DATABASE_URL: 'postgres://a:b@db/x?ssl=true' },
    ],
  ])('draw none when %s', (_, env) => {
    expect(warnings(env)).toEqual([]);
  });
});
