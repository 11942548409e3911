import pg from 'pg';

/** Login roles that own nothing but their database, and the group that may read the event store. */
const writeDatabase = 'reprise_write';
const readDatabase = 'reprise_read';
const eventReader = 'reprise_event_reader';
const eventReaders = 'event_store_reader';

/** Runs one statement as the superuser and returns its rows; connects and disconnects, so keep it for few statements. */
export async function queryPostgres(
  port: number,
  database: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'postgres',
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
 * Creates the roles and databases that are missing. The event reader can connect to the write database; what it may
 * SELECT there is granted by the migration that creates the event store, to the group role.
 */
export async function createDatabases(port: number): Promise<void> {
  const roles = [
    ...[writeDatabase, readDatabase, eventReader].map((role) => [role, `LOGIN PASSWORD '${role}'`] as const),
    [eventReaders, 'NOLOGIN'] as const,
  ];
  const existing = await names(port, 'SELECT rolname AS name FROM pg_roles');
  for (const [role, attributes] of roles) {
    if (!existing.has(role)) await queryPostgres(port, 'postgres', `CREATE ROLE ${role} ${attributes}`);
  }
  await queryPostgres(port, 'postgres', `GRANT ${eventReaders} TO ${eventReader}`);
  const databases = await names(port, 'SELECT datname AS name FROM pg_database');
  for (const database of [writeDatabase, readDatabase]) {
    if (databases.has(database)) continue;
    await queryPostgres(port, 'postgres', `CREATE DATABASE ${database} OWNER ${database}`);
  }
  await queryPostgres(
    port,
    'postgres',
    `REVOKE CONNECT, TEMPORARY ON DATABASE ${writeDatabase} FROM PUBLIC;
     GRANT CONNECT ON DATABASE ${writeDatabase} TO ${writeDatabase}, ${eventReaders};`,
  );
}

async function names(port: number, sql: string): Promise<Set<string>> {
  return new Set((await queryPostgres(port, 'postgres', sql)).map((row) => String(row['name'])));
}
