import { contexts, namesOf } from './contexts.ts';
import { instanceDirectory } from './instance/directory.ts';
import { passwordOf } from './instance/passwords.ts';
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
/** The endpoints, and Postgres as its superuser sees it: tests and benchmarks create their own databases. */
export type StackEnvironment = Record<EndpointName | 'POSTGRES_ADMIN_URL', string>;

/** The endpoints of an instance; undefined while one of its ports is not decided yet. */
export function environmentOf(state: InstanceState): StackEnvironment | undefined {
  const { postgres, kafka, elasticsearch } = state.servers;
  if (postgres === undefined || kafka === undefined || elasticsearch === undefined) return undefined;
  const database = (role: string, name: string): string =>
    `postgres://${role}:${passwordOf(state, role)}@127.0.0.1:${postgres.port}/${name}`;
  return {
    KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
    ELASTICSEARCH_NODE: `http://127.0.0.1:${elasticsearch.port}`,
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
  };
}

/** Lines a shell can `eval`. */
export function exportLines(environment: StackEnvironment): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}

/** The endpoints of an instance that was started at some time, running or not; undefined when there is none. */
export function stackEnvironment(directory = instanceDirectory()): StackEnvironment | undefined {
  const state = readState(directory);
  return state === undefined ? undefined : environmentOf(state);
}
