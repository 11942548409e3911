import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterFile, securedServers, spawnApp, type SecuredServers, type SpawnedApp } from '@reprise/test-kit';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { documentedAcls, documentedRoles, lackingAcls } from './documented-rights.ts';
import { securedAdministrator, type SecuredAdministrator } from './secured-administrator.ts';

const users: Record<string, string> = {
  'outbox-relay': 'relay',
  'projection-consumer': 'consumer',
  'rebuild-job': 'rebuild',
};

/** Kafka, Postgres and Elasticsearch with security on, prepared as the documentation says, and what each process is started with. */
export interface SecuredPlatform {
  readonly servers: SecuredServers;
  readonly administrator: SecuredAdministrator;
  /** Nothing listens there. */
  readonly closedPort: number;
  /** Takes connections and never says anything. */
  readonly silentPort: number;
  /** The environment of each process, with its own login everywhere; on Elasticsearch, its own API key. */
  readonly environment: Readonly<Record<ProcessName, Env>>;
  /** A URL of the secured Postgres; the password is the name of the role unless given. */
  databaseUrl(role: string, database: string, how?: DatabaseUrlOptions): string;
}

export type Env = Record<string, string | undefined>;
export type ProcessName =
  | 'product-api'
  | 'recruiting-api'
  | 'outbox-relay'
  | 'projection-consumer'
  | 'rebuild-job'
  | 'search-api'
  | 'migrate';
export interface DatabaseUrlOptions {
  readonly password?: string;
  readonly host?: string;
  /** Parameters of the URL in place of TLS with the right authority. */
  readonly options?: string;
}

/** Starts and migrates everything; stopped at the end of the test file. */
export async function securedPlatform(): Promise<SecuredPlatform> {
  const servers = await securedServers(documentedRoles());
  const [closedPort, silentPort] = await oddPorts();
  const administrator = await securedAdministrator(servers);
  const roles = documentedRoles();
  const [feeder, search] = await Promise.all([
    administrator.makeApiKey('feeder', roles['feeder']!),
    administrator.makeApiKey('search', roles['search']!),
    prepareKafka(servers),
    preparePostgres(administrator),
  ]);
  const databaseUrl: SecuredPlatform['databaseUrl'] = (
    role,
    database,
    {
      password = role,
      host = 'localhost',
      options = `sslmode=verify-full&sslrootcert=${servers.certificates.authority}`,
    } = {},
  ) => `postgres://${role}:${password}@${host}:${servers.postgres.port}/${database}?${options}`;
  const environment = environments(servers, databaseUrl, { feeder: feeder.key, search: search.key });
  const migrate = spawnApp('apps/migrate/src/main.ts', { env: environment.migrate });
  const { code } = await migrate.exit(120_000);
  if (code !== 0) throw new Error(`The databases were not migrated: ${textOf(migrate)}`);
  return { servers, administrator, closedPort, silentPort, environment, databaseUrl };
}

async function prepareKafka(servers: SecuredServers): Promise<void> {
  const admin = new Kafka({ brokers: [servers.kafka.plaintext], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const keep = [
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
  ];
  const topics = ['product.events', 'dlq.product.events'].map((topic) => ({
    topic,
    numPartitions: 2,
    configEntries: keep,
  }));
  await admin.createTopics({ topics, waitForLeaders: true });
  const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  const granted = [
    ...documentedAcls().map((acl) => ({ ...acl, user: users[acl.principal] })),
    ...lackingAcls().flatMap(({ user, left }) => left.map((acl) => ({ ...acl, user }))),
  ];
  const acl = granted.flatMap(({ user, resource, name, prefixed, operations }) =>
    operations.map((operation) => ({
      principal: `User:${user}`,
      host: '*',
      resourceType: AclResourceTypes[resource.toUpperCase() as 'TOPIC' | 'GROUP'],
      resourceName: name,
      resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      operation: AclOperationTypes[operation.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as 'READ'],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  );
  await admin.createAcls({ acl });
  await admin.disconnect();
}

async function preparePostgres({ postgres }: SecuredAdministrator): Promise<void> {
  const roles = readFileSync(join(import.meta.dirname, '../../../../docker/postgres/roles.sql'), 'utf8');
  for (const statement of roles.replace(/^--.*$/gm, '').split(';')) {
    if (statement.trim() !== '') await postgres.query(statement);
  }
}

function environments(
  servers: SecuredServers,
  databaseUrl: SecuredPlatform['databaseUrl'],
  apiKeys: Readonly<Record<'feeder' | 'search', string>>,
): SecuredPlatform['environment'] {
  const ca = servers.certificates.authority;
  const kafka = (user: string): Env => ({
    KAFKA_BROKERS: servers.kafka.tls.good,
    KAFKA_SSL_CA_FILE: ca,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: `${user}-secret`,
  });
  const elasticsearch = (role: keyof typeof apiKeys): Env => ({
    ELASTICSEARCH_NODE: servers.elasticsearch.node,
    ELASTICSEARCH_CA_FILE: ca,
    ELASTICSEARCH_API_KEY: apiKeys[role],
  });
  const ports = {
    REPRISE_CONTEXTS: 'product',
    PRODUCT_API_PORT: '0',
    OUTBOX_RELAY_PORT: '0',
    PROJECTION_CONSUMER_PORT: '0',
    SEARCH_API_PORT: '0',
  };
  const reading = {
    ...elasticsearch('feeder'),
    READ_MODEL_DATABASE_URL: databaseUrl('reprise_feeder', 'reprise_read'),
    EVENT_STORE_DATABASE_URL: databaseUrl('reprise_event_reader', 'reprise_write'),
    ...ports,
  };
  return {
    'product-api': { ...ports, WRITE_DATABASE_URL: databaseUrl('reprise_product_api', 'reprise_write') },
    'recruiting-api': {
      RECRUITING_API_PORT: '0',
      RECRUITING_WRITE_DATABASE_URL: databaseUrl('reprise_recruiting_api', 'reprise_recruiting'),
    },
    'outbox-relay': {
      ...ports,
      ...kafka('relay'),
      OUTBOX_DATABASE_URL: databaseUrl('reprise_relay', 'reprise_write'),
    },
    'projection-consumer': { ...reading, ...kafka('consumer') },
    'rebuild-job': { ...reading, ...kafka('rebuild') },
    'search-api': { ...ports, ...elasticsearch('search') },
    migrate: {
      WRITE_DATABASE_OWNER_URL: databaseUrl('reprise_write', 'reprise_write'),
      RECRUITING_WRITE_DATABASE_OWNER_URL: databaseUrl('reprise_recruiting', 'reprise_recruiting'),
      READ_MODEL_DATABASE_OWNER_URL: databaseUrl('reprise_read', 'reprise_read'),
    },
  };
}

/** A port where nothing listens, and one where connections are taken and nothing is ever said. */
async function oddPorts(): Promise<[number, number]> {
  const [closed, silent] = [createServer(), createServer(() => undefined)];
  for (const server of [closed, silent]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  const ports = [closed, silent].map((server) => (server.address() as AddressInfo).port) as [number, number];
  await new Promise((resolve) => closed.close(resolve));
  afterFile(() => void silent.close());
  return ports;
}

/** How a process logs in to Elasticsearch as a user in place of an API key. */
export function asUser(user: string, password = `${user}-secret`): Env {
  return { ELASTICSEARCH_API_KEY: undefined, ELASTICSEARCH_USERNAME: user, ELASTICSEARCH_PASSWORD: password };
}

/** Runs what has to fail and gives its message. */
export async function messageOf(work: () => Promise<unknown>): Promise<string> {
  return work().then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Everything a process has written. */
export function textOf(app: SpawnedApp): string {
  return app.output.map(({ text }) => text).join('\n');
}
