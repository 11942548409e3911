import type { WholeSystem } from './whole-system.ts';

/** Secrets of settings that are wrong, so that processes speak of them. */
export const wrong = {
  'a password that Postgres refuses': 'planted-postgres-61ac0e',
  'a password that Kafka refuses': 'planted-sasl-b3d95a',
  'a password in the address of Elasticsearch': 'planted-node-8ce210',
  'a password in a list of brokers': 'planted-broker-d417f3',
  'a password in the address of an issuer': 'planted-issuer-2a66bb',
  'a password of Elasticsearch': 'planted-reader-f2c7b8',
  'a secret of a provider’s client': 'planted-client-55e9a0',
  'a URL that is none': 'planted-url-90e1c4',
};

/** Starts processes whose secrets are wrong, or in the wrong place, and waits until each has said so. */
export async function failing(system: WholeSystem): Promise<void> {
  const url = (text: string): string => {
    const changed = new URL(text);
    changed.password = wrong['a password that Postgres refuses'];
    return changed.href;
  };
  const { WRITE_DATABASE_URL = '', READ_MODEL_DATABASE_URL = '' } = system.env;
  const sasl = {
    ...{ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'reprise' },
    KAFKA_SASL_PASSWORD: wrong['a password that Kafka refuses'],
  };
  const rebuild = { args: ['rebuild', '--projection', 'product_search'] };
  const processes = [
    system.start('product-api', { env: { WRITE_DATABASE_URL: url(WRITE_DATABASE_URL) } }),
    system.start('rebuild-job', {
      ...rebuild,
      env: { READ_MODEL_DATABASE_URL: url(READ_MODEL_DATABASE_URL) },
    }),
    system.start('rebuild-job', { ...rebuild, env: sasl }),
    system.start('rebuild-job', {
      ...rebuild,
      env: {
        ELASTICSEARCH_NODE: `https://reprise:${wrong['a password in the address of Elasticsearch']}@127.0.0.1:9`,
        KAFKA_BROKERS: `kafka://reprise:${wrong['a password in a list of brokers']}@127.0.0.1:9`,
        READ_MODEL_DATABASE_URL: `postgres//reprise:${wrong['a URL that is none']}@127.0.0.1:9/x`,
      },
    }),
  ];
  for (const { code } of await Promise.all(processes.map((app) => app.exit())))
    if (code === 0) throw new Error('A process with a wrong secret ended with 0.');
}
