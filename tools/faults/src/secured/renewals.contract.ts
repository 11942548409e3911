import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { connectionFaults } from '@reprise/runtime/connections';
import { eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import { elasticsearchMessage, postgresMessage } from '../testing/connection-messages.ts';
import { documentedRoles } from '../testing/documented-rights.ts';
import { textOf, type SecuredPlatform } from '../testing/secured-platform.ts';
import type { Services } from './services.ts';

/** Certificates and passwords change while the consumer runs. */
export function renewalsLoseNothing(platform: () => SecuredPlatform, services: () => Services): void {
  const ready = async (origin: string) => (await fetch(`${origin}/health/ready`)).status;
  /** Ends every session of consumer and job, so that they need new ones. */
  const endSessions = () =>
    platform().administrator.postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reprise_feeder'`,
    );

  /** Waits until an application has written these words; what it wrote is too much for a message. */
  const says = (app: SpawnedApp, words: string) =>
    eventually(async () => expect([words, textOf(app).includes(words)]).toEqual([words, true]));
  const isReady = (status: number) =>
    eventually(async () => expect(await ready(services().origin('projection-consumer'))).toBe(status));

  it('a consumer waits while certificates have expired, says so, and resumes once they are renewed', async () => {
    const { administrator, servers, databaseUrl } = platform();
    const { words } = connectionFaults.expired;
    const [postgres, elasticsearch] = [
      `Postgres at localhost:${servers.postgres.port}/reprise_read ${words}`,
      `Elasticsearch at ${new URL(servers.elasticsearch.node).host} ${words}`,
    ];
    await administrator.showCertificate('expired');
    try {
      await endSessions();
      await says(services().app('projection-consumer'), postgres);
      await isReady(503);
      // Both servers, asked by a process that starts now.
      const { node } = servers.elasticsearch;
      const tls = { ca: readFileSync(servers.certificates.authority, 'utf8') };
      const auth = { username: 'feeder', password: 'feeder-secret' };
      await eventually(async () =>
        expect(await elasticsearchMessage({ node, tls, auth }, platform())).toContain(elasticsearch),
      );
      expect(await postgresMessage(databaseUrl('reprise_feeder', 'reprise_read'))).toContain(postgres);
    } finally {
      await administrator.showCertificate('renewed');
    }
    await isReady(200);
    const id = await services().publish();
    await eventually(async () => expect(await services().find(id)).toBe(200));
    const renewed = new X509Certificate(readFileSync(servers.certificates.renewed.certificate));
    await eventually(async () => expect(await shownBy(servers.kafka.tls.good)).toBe(renewed.fingerprint256));
  }, 300_000);

  it('a consumer whose passwords were changed says so, and the next one resumes with the new ones', async () => {
    const { administrator, databaseUrl, environment, servers } = platform();
    const { app, publish, find } = services();
    const old = app('projection-consumer');
    const next = await administrator.makeApiKey('next', documentedRoles()['feeder']!);
    await administrator.changeKafkaPassword('consumer', 'next-secret');
    await administrator.postgres.query(`ALTER ROLE reprise_feeder PASSWORD 'next-secret'`);
    try {
      await endSessions();
      const { words } = connectionFaults['wrong-credentials'];
      await says(old, `Postgres at localhost:${servers.postgres.port}/reprise_read ${words}`);
      await isReady(503);
      const id = await publish();
      const consumer = spawnApp('apps/projection-consumer/src/main.ts', {
        env: {
          ...environment['projection-consumer'],
          KAFKA_SASL_PASSWORD: 'next-secret',
          ELASTICSEARCH_API_KEY: next.key,
          READ_MODEL_DATABASE_URL: databaseUrl('reprise_feeder', 'reprise_read', { password: 'next-secret' }),
        },
      });
      await consumer.ready({ timeoutMs: 120_000 });
      await old.kill();
      await eventually(async () => expect(await find(id)).toBe(200));
      expect((await consumer.kill()).code).toBe(0);
    } finally {
      // What the tests after this one log in with.
      await administrator.changeKafkaPassword('consumer', 'consumer-secret');
      await administrator.postgres.query(`ALTER ROLE reprise_feeder PASSWORD 'reprise_feeder'`);
    }
  }, 300_000);
}

/** The fingerprint of the certificate that a server shows. */
function shownBy(broker: string): Promise<string> {
  const [host = '', port] = broker.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()!.fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
