import { readFileSync } from 'node:fs';
import { describeTopic, type KafkaConnection } from '@reprise/read-model-feed';
import { connectionFaults, type FaultName } from '@reprise/runtime/connections';
import { elasticsearchMessage, postgresMessage, type Elasticsearch } from '../testing/connection-messages.ts';
import { messageOf, type SecuredPlatform } from '../testing/secured-platform.ts';

/** Each way in which a connection fails has the words of the documented table, whatever the server. */
export function eachFaultIsNamed(platform: () => SecuredPlatform): void {
  describe('each fault of a connection', () => {
    const sasl = { mechanism: 'scram-sha-512', username: 'rebuild', password: 'rebuild-secret' } as const;
    const kafkaFaults: [FaultName, string, () => KafkaConnection][] = [
      ['wrong-credentials', 'a wrong password', () => ({ ...good(), sasl: { ...sasl, password: 'wrong' } })],
      ['no-credentials', 'no SASL settings', () => ({ ...good(), sasl: undefined as never })],
      [
        'wrong-mechanism',
        'a mechanism that is not offered',
        () => ({ ...good(), sasl: { ...sasl, mechanism: 'plain' } }),
      ],
      [
        'login-not-taken',
        'a login where none is taken',
        () => ({ ...good(), brokers: [platform().servers.kafka.withoutLogin] }),
      ],
      [
        'wrong-host',
        'the certificate of another host',
        () => ({ ...good(), brokers: [platform().servers.kafka.tls.wronghost] }),
      ],
      [
        'expired',
        'an expired certificate',
        () => ({ ...good(), brokers: [platform().servers.kafka.tls.expired] }),
      ],
      [
        'unknown-authority',
        'an unknown authority',
        () => ({ ...good(), brokers: [platform().servers.kafka.tls.foreign] }),
      ],
      ['tls-required', 'plaintext to a TLS port', () => ({ ...good(), ssl: false })],
      [
        'tls-not-spoken',
        'TLS to a plaintext port',
        () => ({ ...good(), brokers: [platform().servers.kafka.plaintext] }),
      ],
      [
        'no-rights',
        'a user without ACLs',
        () => ({ ...good(), sasl: { ...sasl, username: 'nobody', password: 'nobody-secret' } }),
      ],
      ['unknown-host', 'a host nobody knows', () => ({ ...good(), brokers: ['nowhere.invalid:9092'] })],
      [
        'refused',
        'a port nobody listens on',
        () => ({ ...good(), brokers: [`127.0.0.1:${platform().closedPort}`] }),
      ],
      [
        'silent',
        'a port that never answers',
        () => ({ ...good(), brokers: [`127.0.0.1:${platform().silentPort}`] }),
      ],
    ];
    const good = (): KafkaConnection => ({
      brokers: [platform().servers.kafka.tls.good],
      ssl: { ca: readFileSync(platform().servers.certificates.authority, 'utf8') },
      sasl,
    });

    it.each(kafkaFaults)(
      'of Kafka is named %s: %s',
      async (name, what, connection) => {
        const message = await answers.get(`Kafka, ${what}`);
        expect(message).toContain(`Kafka at ${connection().brokers[0]} ${connectionFaults[name].words} (`);
      },
      60_000,
    );

    const node = (): string => platform().servers.elasticsearch.node;
    const authority = (): { ca: string } => ({
      ca: readFileSync(platform().servers.certificates.authority, 'utf8'),
    });
    const login = { username: 'feeder', password: 'feeder-secret' };
    const elasticsearchFaults: [FaultName, string, () => Elasticsearch][] = [
      [
        'wrong-credentials',
        'a wrong password',
        () => ({ node: node(), tls: authority(), auth: { ...login, password: 'wrong' } }),
      ],
      [
        'wrong-credentials',
        'a wrong API key',
        () => ({
          node: node(),
          tls: authority(),
          auth: { apiKey: Buffer.from('no:key').toString('base64') },
        }),
      ],
      ['no-credentials', 'no login', () => ({ node: node(), tls: authority() })],
      ['unknown-authority', 'an unknown authority', () => ({ node: node(), auth: login })],
      [
        'wrong-host',
        'the certificate of another host',
        () => ({ node: node().replace('localhost', '127.0.0.1'), tls: authority(), auth: login }),
      ],
      [
        'tls-required',
        'http to the https port',
        () => ({ node: node().replace('https', 'http'), auth: login }),
      ],
      ['refused', 'a port nobody listens on', () => ({ node: `http://127.0.0.1:${platform().closedPort}` })],
      ['silent', 'a port that never answers', () => ({ node: `http://127.0.0.1:${platform().silentPort}` })],
      ['unknown-host', 'a host nobody knows', () => ({ node: 'http://nowhere.invalid:9200' })],
    ];

    it.each(elasticsearchFaults)(
      'of Elasticsearch is named %s: %s',
      async (name, what, connection) => {
        const message = await answers.get(`Elasticsearch, ${what}`);
        const { host } = new URL(connection().node);
        expect(message).toContain(`Elasticsearch at ${host} ${connectionFaults[name].words} (`);
      },
      60_000,
    );

    const database = 'reprise_read';
    const postgresFaults: [FaultName, string, () => string][] = [
      [
        'wrong-credentials',
        'a wrong password',
        () => platform().databaseUrl('reprise_feeder', database, { password: 'wrong' }),
      ],
      [
        'no-database',
        'a database that is not there',
        () => platform().databaseUrl('reprise_feeder', 'nowhere'),
      ],
      [
        'no-rights',
        'a database this user may not enter',
        () => platform().databaseUrl('reprise_feeder', 'reprise_write'),
      ],
      [
        'unknown-authority',
        'an unknown authority',
        () => platform().databaseUrl('reprise_feeder', database, { options: 'sslmode=verify-full' }),
      ],
      [
        'wrong-host',
        'the certificate of another host',
        () => platform().databaseUrl('reprise_feeder', database, { host: '127.0.0.1' }),
      ],
      [
        'tls-required',
        'no TLS where it is asked for',
        () => platform().databaseUrl('reprise_feeder', database, { options: 'sslmode=disable' }),
      ],
      ['refused', 'a port nobody listens on', () => `postgres://a:b@127.0.0.1:${platform().closedPort}/c`],
      ['silent', 'a port that never answers', () => `postgres://a:b@127.0.0.1:${platform().silentPort}/c`],
      ['unknown-host', 'a host nobody knows', () => 'postgres://a:b@nowhere.invalid:5432/c'],
    ];

    it.each(postgresFaults)(
      'of Postgres is named %s: %s',
      async (name, what, url) => {
        const message = await answers.get(`Postgres, ${what}`);
        const { host, pathname } = new URL(url());
        expect(message).toContain(`Postgres at ${host}${pathname} ${connectionFaults[name].words} (`);
      },
      60_000,
    );

    // Most of it is waiting, so all are asked at once.
    const answers = new Map<string, Promise<string>>();
    beforeAll(() => {
      for (const [name, what, connection] of kafkaFaults) {
        const within = { withinMs: name === 'silent' ? 3_000 : 20_000 };
        answers.set(
          `Kafka, ${what}`,
          messageOf(() => describeTopic(connection(), 'product.events', within)),
        );
      }
      for (const [, what, connection] of elasticsearchFaults)
        answers.set(`Elasticsearch, ${what}`, elasticsearchMessage(connection(), platform()));
      for (const [, what, url] of postgresFaults) answers.set(`Postgres, ${what}`, postgresMessage(url()));
    });
  });
}
