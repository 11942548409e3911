import { randomBytes } from 'node:crypto';
import { sessionHook } from '@reprise/runtime';
import pg from 'pg';
import { testAccessEnv } from '@reprise/test-kit/access';
import { httpProxy, tcpProxy, type HttpProxy, type TcpProxy } from '@reprise/test-kit/proxies';
import { startProcess, type AppProcess } from './app-process.ts';
import type { DatabaseTemplates } from './databases.ts';
import { eventLog, type EventLog } from './event-log.ts';
import { searchServer, type SearchServer } from './search-server.ts';
import type { Servers } from './servers.ts';

export type AppName = 'product-api' | 'outbox-relay' | 'projection-consumer' | 'rebuild-job' | 'search-api';

export interface AppOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
}

export interface JobResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Everything it wrote. */
  readonly text: string;
}

/** One separate product catalogue on the servers: databases, topics, alias, processes. */
export interface World {
  readonly servers: Servers;
  readonly topic: string;
  readonly deadLetters: string;
  readonly alias: string;
  /** Endpoints and names, as every process of this world is given them. */
  readonly env: Readonly<Record<string, string>>;
  readonly write: pg.Pool;
  readonly read: pg.Pool;
  readonly log: EventLog;
  readonly search: SearchServer;
  /** The write database as the superuser sees it. */
  readonly adminUrl: string;
  start(app: AppName, options?: AppOptions): AppProcess;
  /** Runs a verb of the rebuild job to its end. */
  job(args: readonly string[], options?: AppOptions): Promise<JobResult>;
  /** A proxy before Kafka or Postgres; `env` sends a process through it. */
  tcp(server: 'kafka' | 'postgres'): Promise<{ proxy: TcpProxy; env: Record<string, string> }>;
  /** A proxy before Elasticsearch. */
  http(): Promise<{ proxy: HttpProxy; env: Record<string, string> }>;
  /** Aborts when the world is closed: whatever still looks at it ends then. */
  readonly closed: AbortSignal;
  /** Ends every process and deletes everything that was made. */
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly partitions?: number;
}

/** Makes an empty world. */
export async function createWorld(
  servers: Servers,
  templates: DatabaseTemplates,
  { partitions = 3 }: WorldOptions = {},
): Promise<World> {
  const suffix = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  const [writeName, readName] = [`faults_w_${suffix}`, `faults_r_${suffix}`];
  await templates.create('write', writeName);
  await templates.create('read', readName);
  const { endpoints } = servers;
  const env = {
    ...endpoints,
    ...testAccessEnv,
    REPRISE_CONTEXTS: 'product',
    WRITE_DATABASE_URL: templates.url('write', writeName),
    READ_MODEL_DATABASE_URL: templates.url('read', readName),
    EVENT_STORE_DATABASE_URL: templates.url('eventReader', writeName),
    OUTBOX_DATABASE_URL: templates.url('relay', writeName),
    WRITE_DATABASE_OWNER_URL: templates.url('writeOwner', writeName),
    READ_MODEL_DATABASE_OWNER_URL: templates.url('readOwner', readName),
    PRODUCT_EVENTS_TOPIC: `faults.events.${suffix}`,
    DEAD_LETTER_TOPIC: `faults.dead.${suffix}`,
    SEARCH_ALIAS: `faults_search_${suffix}`,
    PRODUCT_API_PORT: '0',
    OUTBOX_RELAY_PORT: '0',
    PROJECTION_CONSUMER_PORT: '0',
    SEARCH_API_PORT: '0',
  };
  const log = eventLog(endpoints.KAFKA_BROKERS);
  const keep = ['retention.ms', 'retention.bytes'].map((name) => ({ name, value: '-1' }));
  const topics = [
    { topic: env.PRODUCT_EVENTS_TOPIC, numPartitions: partitions, replicationFactor: 1, configEntries: keep },
    { topic: env.DEAD_LETTER_TOPIC, numPartitions: 1, replicationFactor: 1, configEntries: keep },
  ];
  await (await log.admin()).createTopics({ topics, waitForLeaders: true });
  const write = pool(env.WRITE_DATABASE_OWNER_URL);
  const read = pool(env.READ_MODEL_DATABASE_URL);
  const search = searchServer(endpoints.ELASTICSEARCH_NODE);
  const closing = new AbortController();
  const processes: AppProcess[] = [];
  const proxies: { close(): Promise<void> }[] = [];

  const start = (app: AppName, { env: more = {}, args = [] }: AppOptions = {}): AppProcess => {
    const file = `apps/${app}/src/main.ts`;
    const started = startProcess({ name: app, file, env: { ...env, ...more }, args });
    processes.push(started);
    return started;
  };
  return {
    servers,
    topic: env.PRODUCT_EVENTS_TOPIC,
    deadLetters: env.DEAD_LETTER_TOPIC,
    alias: env.SEARCH_ALIAS,
    env,
    write,
    read,
    log,
    search,
    adminUrl: templates.url('admin', writeName),
    start,
    async job(args, options) {
      const job = start('rebuild-job', { ...options, args });
      const { code, signal } = await job.exit(150_000);
      return { code, signal, stdout: job.stdout(), text: job.lines.join('\n') };
    },
    async tcp(server) {
      const target =
        server === 'kafka'
          ? (endpoints.KAFKA_BROKERS.split(',')[0] ?? '')
          : new URL(env.WRITE_DATABASE_URL).host;
      const proxy = await tcpProxy(target);
      proxies.push(proxy);
      const { through } = proxy;
      const throughProxy: Record<string, string> =
        server === 'kafka'
          ? { KAFKA_BROKERS: proxy.address }
          : {
              WRITE_DATABASE_URL: through(env.WRITE_DATABASE_URL),
              READ_MODEL_DATABASE_URL: through(env.READ_MODEL_DATABASE_URL),
              EVENT_STORE_DATABASE_URL: through(env.EVENT_STORE_DATABASE_URL),
              OUTBOX_DATABASE_URL: through(env.OUTBOX_DATABASE_URL),
            };
      return { proxy, env: throughProxy };
    },
    async http() {
      const proxy = await httpProxy(endpoints.ELASTICSEARCH_NODE, { keep: 100 });
      proxies.push(proxy);
      return { proxy, env: { ELASTICSEARCH_NODE: proxy.url } };
    },
    closed: closing.signal,
    async close() {
      closing.abort();
      for (const { signal } of processes) signal('SIGCONT');
      await Promise.all(processes.map((process) => process.kill('SIGKILL')));
      await Promise.allSettled(proxies.map((proxy) => proxy.close()));
      const { rows } = await read.query<{ name: string }>(
        `SELECT name FROM registry.generations WHERE storage = 'elasticsearch' AND state <> 'PRUNED'`,
      );
      for (const { name } of rows) await search.call('DELETE', `${name}?ignore_unavailable=true`);
      await Promise.allSettled([write.end(), read.end()]);
      await templates.drop([writeName, readName]);
      await (await log.admin()).deleteTopics({ topics: topics.map(({ topic }) => topic) });
      await log.close();
    },
  };
}

function pool(connectionString: string): pg.Pool {
  const opened = new pg.Pool({ connectionString, max: 5, ...sessionHook() });
  // A server that is killed ends idle connections; the next query opens another one.
  opened.on('error', () => undefined);
  return opened;
}
