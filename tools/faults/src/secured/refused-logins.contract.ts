import { connectionFaults } from '@reprise/runtime/connections';
import { spawnApp } from '@reprise/test-kit';
import { textOf, type Env, type ProcessName, type SecuredPlatform } from '../testing/secured-platform.ts';

/** A process that a server refuses at its start ends, with the words of the documented table and without the password. */
export function refusedLoginsEndProcesses(platform: () => SecuredPlatform): void {
  describe('a process whose login is refused', () => {
    const wrong = {
      kafka: { KAFKA_SASL_PASSWORD: 'wrong' },
      elasticsearch: { ELASTICSEARCH_API_KEY: Buffer.from('no:key').toString('base64') },
      postgres: (variable: string, role: string, name: string): Env => ({
        [variable]: platform().databaseUrl(role, name, { password: 'wrong' }),
      }),
    };
    const cases: [ProcessName, string, () => Env][] = [
      [
        'product-api',
        'Postgres',
        () => wrong.postgres('WRITE_DATABASE_URL', 'reprise_product_api', 'reprise_write'),
      ],
      ['outbox-relay', 'Kafka', () => wrong.kafka],
      [
        'outbox-relay',
        'Postgres',
        () => wrong.postgres('OUTBOX_DATABASE_URL', 'reprise_relay', 'reprise_write'),
      ],
      ['projection-consumer', 'Kafka', () => wrong.kafka],
      ['projection-consumer', 'Elasticsearch', () => wrong.elasticsearch],
      [
        'projection-consumer',
        'Postgres',
        () => wrong.postgres('EVENT_STORE_DATABASE_URL', 'reprise_event_reader', 'reprise_write'),
      ],
      ['search-api', 'Elasticsearch', () => wrong.elasticsearch],
      ['rebuild-job', 'Kafka', () => wrong.kafka],
      ['rebuild-job', 'Elasticsearch', () => wrong.elasticsearch],
      [
        'rebuild-job',
        'Postgres',
        () => wrong.postgres('READ_MODEL_DATABASE_URL', 'reprise_feeder', 'reprise_read'),
      ],
      [
        'migrate',
        'Postgres',
        () => wrong.postgres('READ_MODEL_DATABASE_OWNER_URL', 'reprise_read', 'reprise_read'),
      ],
    ];

    it.concurrent.each(cases)(
      'ends with 1 and the words of the table: %s, %s',
      async (name, server, more) => {
        const args =
          name === 'rebuild-job' ? ['rebuild', '--projection', 'product_search', '--mode', 'DRY_RUN'] : [];
        const app = spawnApp(`apps/${name}/src/main.ts`, {
          args,
          env: { ...platform().environment[name], ...more() },
        });
        const { code } = await app.exit(120_000);
        expect([code, textOf(app)]).toEqual([
          1,
          expect.stringMatching(
            `${server} at localhost:\\d+\\S* ${connectionFaults['wrong-credentials'].words} `,
          ),
        ]);
        expect(textOf(app)).not.toContain('-secret');
      },
      150_000,
    );
  });
}
