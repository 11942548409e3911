import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createElasticsearchClient } from '@reprise/elasticsearch';
import { afterFile, type SecuredServers } from '@reprise/test-kit';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { Role } from './documented-rights.ts';

/** What administrators of the servers do while the platform runs. */
export interface SecuredAdministrator {
  /** A session of Postgres' superuser, open until the end of the test file. */
  readonly postgres: pg.Client;
  /** Makes an API key of Elasticsearch with the rights of a role. @returns what clients send, and what it is withdrawn by */
  makeApiKey(name: string, role: Role): Promise<{ readonly key: string; readonly id: string }>;
  withdrawApiKey(id: string): Promise<void>;
  /** Gives a user of Kafka another password, in the place of the one before. */
  changeKafkaPassword(user: string, password: string): Promise<void>;
  /** Puts a certificate in the place of the one that Postgres and Elasticsearch show, and Kafka on its good listener where it is a valid one. */
  showCertificate(name: 'expired' | 'renewed'): Promise<void>;
}

export async function securedAdministrator(servers: SecuredServers): Promise<SecuredAdministrator> {
  const postgres = new pg.Client({ connectionString: servers.postgres.adminUrl });
  await postgres.connect();
  afterFile(() => postgres.end());
  const elasticsearch = createElasticsearchClient({
    node: servers.elasticsearch.node,
    tls: { ca: readFileSync(servers.certificates.authority, 'utf8') },
    auth: { username: 'admin', password: 'admin-secret' },
  });
  afterFile(() => elasticsearch.close());
  return {
    postgres,
    async makeApiKey(name, role) {
      const made = await elasticsearch.security.createApiKey({
        name,
        role_descriptors: { [name]: { cluster: [...role.cluster], indices: role.indices.map(mutable) } },
      });
      return { key: made.encoded, id: made.id };
    },
    withdrawApiKey: async (id) => void (await elasticsearch.security.invalidateApiKey({ ids: [id] })),
    changeKafkaPassword: (user, password) => changeKafkaPassword(servers.kafka.plaintext, user, password),
    async showCertificate(name) {
      const [shown, next] = [servers.certificates.good, servers.certificates[name]];
      // Written into the files that are there, which belong to the account of the servers.
      const copies: [from: string, to: string][] = [
        [next.certificate, shown.certificate],
        [next.key, shown.key],
        [next.certificate, servers.elasticsearch.tls.certificate],
        [next.key, servers.elasticsearch.tls.key],
      ];
      for (const [from, to] of copies) writeFileSync(to, readFileSync(from));
      await postgres.query('SELECT pg_reload_conf()');
      if (name !== 'renewed') return;
      writeFileSync(shown.bundle, readFileSync(next.bundle));
      await readKeystoreAgain(servers.kafka.plaintext, shown.bundle);
    },
  };
}

const mutable = ({ names, privileges }: Role['indices'][number]) => ({
  names: [...names],
  privileges: [...privileges],
});

/** A broker reads a file of keys again when it is given as a setting, the same name included. */
async function readKeystoreAgain(broker: string, bundle: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'listener.name.good.ssl.keystore.location', value: bundle }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: '1', configEntries }],
  });
  await admin.disconnect();
}

const iterations = 4_096;
/** Kafka's number for SCRAM-SHA-512. */
const mechanism = 2;

async function changeKafkaPassword(broker: string, name: string, password: string): Promise<void> {
  const [host = '', port] = broker.split(':');
  const connection = new Connection('administrator');
  await connection.connect(host, Number(port));
  const salt = randomBytes(24);
  const saltedPassword = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  await alterUserScramCredentialsV0.api.async(
    connection,
    [],
    [{ name, mechanism, iterations, salt, saltedPassword }],
  );
  await connection.close();
}
