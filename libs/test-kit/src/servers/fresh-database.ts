import { Client } from 'pg';
import { afterFile } from '../after-file.ts';
import { testEndpoints } from './endpoints.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';

/** An event store with the columns that readers use, in the current schema, and the right to read it. */
export const eventStoreSql = `
  CREATE TABLE event_store (
    aggregate_id uuid NOT NULL, aggregate_version int NOT NULL, envelope json NOT NULL,
    PRIMARY KEY (aggregate_id, aggregate_version));
  GRANT SELECT ON event_store TO event_store_reader;`;

export type DatabaseKind = 'write' | 'read';

/** A database that belongs to one test file. It is empty: the file runs the migrations it needs. */
export interface FreshDatabase {
  readonly name: string;
  /** Connects as the owner, who migrates. */
  readonly url: string;
  /** The same database as the product API connects to it, with no more rights than the migrations give. */
  readonly productApiUrl: string;
  /** As the relay connects to it. */
  readonly relayUrl: string;
  /** As consumer and rebuild job connect to it. */
  readonly feederUrl: string;
  /**
   * The same database as a process connects to it that finds its own by this setting.
   * @throws Error when the setting is not there
   */
  urlOf(variable: string): string;
  /** The same database as the role that may only read the event store sees it. */
  readonly eventStoreUrl: string;
  /** The same database as the superuser sees it, to arrange what no application may. */
  readonly adminUrl: string;
  /** Drops it now, not at the end of the file. */
  drop(): Promise<void>;
}

/**
 * Creates a database and drops it at the end of the test file. A connection that is still open then fails the file: it would
 * be one that the code under test, or the test, never closes.
 */
export async function freshDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  const endpoints = testEndpoints();
  const name = freshName(`test_${kind}`);
  const owned = kind === 'write' ? endpoints.writeOwnerUrl : endpoints.readModelOwnerUrl;
  const owner = decodeURIComponent(new URL(owned).username);
  await asSuperuser((admin) => admin.query(`CREATE DATABASE ${name} OWNER "${owner}"`));
  let dropped: Promise<void> | undefined;
  const drop = (): Promise<void> => (dropped ??= dropDatabase(name));
  afterFile(drop);
  return {
    name,
    url: withDatabase(owned, name),
    productApiUrl: withDatabase(endpoints.writeDatabaseUrl, name),
    relayUrl: withDatabase(endpoints.outboxDatabaseUrl, name),
    feederUrl: withDatabase(endpoints.readModelDatabaseUrl, name),
    urlOf: (variable) => withDatabase(endpoints.urlOf(variable), name),
    eventStoreUrl: withDatabase(endpoints.eventStoreDatabaseUrl, name),
    adminUrl: withDatabase(endpoints.postgresAdminUrl, name),
    drop,
  };
}

async function dropDatabase(name: string): Promise<void> {
  await asSuperuser(async (admin) => {
    const open = await openConnections(admin, name);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    if (open.length > 0) {
      throw new Error(
        `Connections to the test database ${name} were never closed (see afterFile for where to close them):\n${open.join('\n')}`,
      );
    }
  });
}

/** What still is connected after a while: a client that said goodbye may be listed a little longer. */
async function openConnections(admin: Client, name: string): Promise<string[]> {
  let open: string[] = [];
  const look = async (): Promise<void> => {
    const { rows } = await admin.query<{
      usename: string;
      application_name: string;
      state: string;
      query: string;
    }>(
      `SELECT usename, application_name, state, left(query, 120) AS query
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    open = rows.map((row) => `- ${row.usename} "${row.application_name}" (${row.state}), last: ${row.query}`);
    if (open.length > 0) throw new Error('still connected');
  };
  await eventually(look, { timeoutMs: 10_000 }).catch(() => undefined);
  return open;
}

async function asSuperuser(work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: testEndpoints().postgresAdminUrl });
  try {
    await admin.connect();
  } catch (error) {
    throw new Error('Cannot connect as a superuser to create a test database; set POSTGRES_ADMIN_URL.', {
      cause: error,
    });
  }
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
