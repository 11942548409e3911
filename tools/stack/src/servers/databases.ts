import { readFileSync } from 'node:fs';
import pg from 'pg';
import { contexts, namesOf } from '../contexts.ts';
import { passwordOf } from '../instance/passwords.ts';
import { tlsOf } from '../instance/security.ts';
import type { InstanceState } from '../instance/state.ts';
import { portOf } from './server.ts';

/** The databases, and who may connect to them beside their owner, who migrates them and has their name. */
const databases: Readonly<Record<string, string>> = {
  reprise_write: 'product_writer, outbox_publisher, event_store_reader',
  reprise_read: 'read_model_feeder',
  ...Object.fromEntries(
    contexts
      .map(namesOf)
      .map(({ database, writers }) => [database, `${writers}, outbox_publisher, event_store_reader`]),
  ),
};

/** The login of each process, and the group whose rights it has: the migrations give the groups their rights. */
const logins: Readonly<Record<string, string>> = {
  reprise_product_api: 'product_writer',
  ...Object.fromEntries(contexts.map(namesOf).map(({ login, writers }) => [login, writers])),
  reprise_relay: 'outbox_publisher',
  reprise_event_reader: 'event_store_reader',
  reprise_feeder: 'read_model_feeder',
};

/** Runs one statement as the superuser and returns its rows; connects and disconnects, so keep it for few statements. */
export async function queryPostgres(
  state: InstanceState,
  database: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const files = tlsOf(state);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: portOf(state, 'postgres'),
    user: 'postgres',
    password: passwordOf(state, 'postgres'),
    ...(files && { ssl: { ca: readFileSync(files.authority, 'utf8') } }),
    database,
    connectionTimeoutMillis: 3_000,
    query_timeout: 30_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Creates the roles and databases that are missing, and gives every role the password of this instance. Nobody may connect to a
 * database but its owner and the groups that its migrations let in.
 */
export async function createDatabases(state: InstanceState): Promise<void> {
  const run = (sql: string): Promise<Record<string, unknown>[]> => queryPostgres(state, 'postgres', sql);
  const existing = await names(state, 'SELECT rolname AS name FROM pg_roles');
  for (const role of [...Object.keys(databases), ...Object.keys(logins)]) {
    const verb = existing.has(role) ? 'ALTER' : 'CREATE';
    await run(`${verb} ROLE ${role} LOGIN PASSWORD '${passwordOf(state, role)}'`);
  }
  for (const [login, group] of Object.entries(logins)) {
    if (!existing.has(group)) await run(`CREATE ROLE ${group} NOLOGIN`);
    await run(`GRANT ${group} TO ${login}`);
  }
  // The owner hands over what it made when it was the feeder; the relay measures how long writers have been at it.
  await run('GRANT read_model_feeder TO reprise_read; GRANT pg_read_all_stats TO outbox_publisher');
  const made = await names(state, 'SELECT datname AS name FROM pg_database');
  for (const [database, groups] of Object.entries(databases)) {
    if (!made.has(database)) await run(`CREATE DATABASE ${database} OWNER ${database}`);
    await run(
      `REVOKE CONNECT, TEMPORARY ON DATABASE ${database} FROM PUBLIC; GRANT CONNECT ON DATABASE ${database} TO ${groups}`,
    );
  }
}

async function names(state: InstanceState, sql: string): Promise<Set<string>> {
  return new Set((await queryPostgres(state, 'postgres', sql)).map((row) => String(row['name'])));
}
