import { contexts, namesOf } from './contexts.ts';
import { instanceDirectory } from './instance/directory.ts';
import { developmentAccess, type DevelopmentAccess } from './instance/development-key.ts';
import { passwordOf } from './instance/passwords.ts';
import { authorityFile, loginOf, platformUser } from './instance/security.ts';
import { readState, type InstanceState } from './instance/state.ts';

type Context = (typeof contexts)[number];

/** Variables of one context, without the prefix that is its name, and the role each connects as. */
const roleOf = {
  WRITE_DATABASE_URL: (context: Context) => namesOf(context).login,
  EVENT_STORE_DATABASE_URL: () => 'reprise_event_reader',
  OUTBOX_DATABASE_URL: () => 'reprise_relay',
  WRITE_DATABASE_OWNER_URL: (context: Context) => namesOf(context).database,
};
type ContextEndpointName = `${Uppercase<Context>}_${keyof typeof roleOf}`;

const contextEndpoints = contexts.flatMap((context) =>
  (Object.keys(roleOf) as (keyof typeof roleOf)[]).map((name) => ({
    variable: `${context.toUpperCase() as Uppercase<Context>}_${name}` as ContextEndpointName,
    role: roleOf[name](context),
    database: namesOf(context).database,
  })),
);

/** The variables by which the applications find their servers. */
export const endpointNames = [
  'KAFKA_BROKERS',
  'ELASTICSEARCH_NODE',
  'WRITE_DATABASE_URL',
  'READ_MODEL_DATABASE_URL',
  'EVENT_STORE_DATABASE_URL',
  'OUTBOX_DATABASE_URL',
  'WRITE_DATABASE_OWNER_URL',
  'READ_MODEL_DATABASE_OWNER_URL',
  ...contextEndpoints.map(({ variable }) => variable),
] as const;
export type EndpointName = (typeof endpointNames)[number];
/** The endpoints, Postgres as its superuser sees it (tests and benchmarks create their own databases), and the development key. */
export type StackEnvironment = Record<EndpointName | 'POSTGRES_ADMIN_URL', string> &
  Partial<DevelopmentAccess> &
  Partial<SecuredAccess>;

/** How the applications log in where the instance is secured. */
export interface SecuredAccess {
  readonly KAFKA_SSL_CA_FILE: string;
  readonly KAFKA_SASL_MECHANISM: string;
  readonly KAFKA_SASL_USERNAME: string;
  readonly KAFKA_SASL_PASSWORD: string;
  readonly ELASTICSEARCH_CA_FILE: string;
  readonly ELASTICSEARCH_USERNAME: string;
  readonly ELASTICSEARCH_PASSWORD: string;
}

/** The endpoints of the instance in `directory`; undefined while one of its ports is not decided yet. */
export function environmentOf(state: InstanceState, directory: string): StackEnvironment | undefined {
  const { postgres, kafka, elasticsearch } = state.servers;
  if (postgres === undefined || kafka === undefined || elasticsearch === undefined) return undefined;
  const isSecure = state.secure === true;
  const authority = authorityFile(directory);
  const parameters = isSecure ? `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}` : '';
  const database = (role: string, name: string): string =>
    `postgres://${role}:${passwordOf(state, role)}@127.0.0.1:${postgres.port}/${name}${parameters}`;
  return {
    KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
    ELASTICSEARCH_NODE: `${isSecure ? 'https' : 'http'}://127.0.0.1:${elasticsearch.port}`,
    ...(isSecure && securedAccess(state, authority)),
    WRITE_DATABASE_URL: database('reprise_product_api', 'reprise_write'),
    READ_MODEL_DATABASE_URL: database('reprise_feeder', 'reprise_read'),
    EVENT_STORE_DATABASE_URL: database('reprise_event_reader', 'reprise_write'),
    OUTBOX_DATABASE_URL: database('reprise_relay', 'reprise_write'),
    WRITE_DATABASE_OWNER_URL: database('reprise_write', 'reprise_write'),
    READ_MODEL_DATABASE_OWNER_URL: database('reprise_read', 'reprise_read'),
    ...(Object.fromEntries(
      contextEndpoints.map(({ variable, role, database: name }) => [variable, database(role, name)]),
    ) as Record<ContextEndpointName, string>),
    POSTGRES_ADMIN_URL: database('postgres', 'postgres'),
    ...developmentAccess(state, directory),
  };
}

function securedAccess(state: InstanceState, authority: string): SecuredAccess {
  const { username, password } = loginOf(state, platformUser);
  return {
    KAFKA_SSL_CA_FILE: authority,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
    ELASTICSEARCH_CA_FILE: authority,
    ELASTICSEARCH_USERNAME: username,
    ELASTICSEARCH_PASSWORD: password,
  };
}

/** Lines a shell can `eval`. */
export function exportLines(environment: StackEnvironment): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${/^[\w@%+=:,./-]*$/.test(value) ? value : quoted(value)}\n`)
    .join('');
}

const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** The endpoints of an instance that was started at some time, running or not; undefined when there is none. */
export function stackEnvironment(directory = instanceDirectory()): StackEnvironment | undefined {
  const state = readState(directory);
  return state === undefined ? undefined : environmentOf(state, directory);
}
