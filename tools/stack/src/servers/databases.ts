import pg from 'pg';
import { passwordOf } from '../instance/passwords.ts';
import type { InstanceState } from '../instance/state.ts';
import { portOf } from './server.ts';

/** Login roles that own nothing but their database, and the group that may read the event store. */
const writeDatabase = 'reprise_write';
const readDatabase = 'reprise_read';
const eventReader = 'reprise_event_reader';
const eventReaders = 'event_store_reader';

/** Runs one statement as the superuser and returns its rows; connects and disconnects, so keep it for few statements. */
export async function queryPostgres(
  state: InstanceState,
  database: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: portOf(state, 'postgres'),
    user: 'postgres',
    password: passwordOf(state, 'postgres'),
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
 * Creates the roles and databases that are missing, and gives every role the password of this instance. The event reader can
 * connect to the write database; what it may SELECT there is granted by the migration that creates the event store, to the group
 * role.
 */
export async function createDatabases(state: InstanceState): Promise<void> {
  const run = (sql: string): Promise<Record<string, unknown>[]> => queryPostgres(state, 'postgres', sql);
  const existing = await names(state, 'SELECT rolname AS name FROM pg_roles');
  for (const role of [writeDatabase, readDatabase, eventReader]) {
    const verb = existing.has(role) ? 'ALTER' : 'CREATE';
    await run(`${verb} ROLE ${role} LOGIN PASSWORD '${passwordOf(state, role)}'`);
  }
  if (!existing.has(eventReaders)) await run(`CREATE ROLE ${eventReaders} NOLOGIN`);
  await run(`GRANT ${eventReaders} TO ${eventReader}`);
  const databases = await names(state, 'SELECT datname AS name FROM pg_database');
  for (const database of [writeDatabase, readDatabase]) {
    if (!databases.has(database)) await run(`CREATE DATABASE ${database} OWNER ${database}`);
  }
  await run(
    `REVOKE CONNECT, TEMPORARY ON DATABASE ${writeDatabase} FROM PUBLIC;
     GRANT CONNECT ON DATABASE ${writeDatabase} TO ${writeDatabase}, ${eventReaders};`,
  );
}

async function names(state: InstanceState, sql: string): Promise<Set<string>> {
  return new Set((await queryPostgres(state, 'postgres', sql)).map((row) => String(row['name'])));
}
