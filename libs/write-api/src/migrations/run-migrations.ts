import { sessionHook, setSession } from '@reprise/runtime';
import { connectionFault, databaseTarget } from '@reprise/runtime/connections';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { MigrationError } from '../database/errors.ts';
import { migrationsTable, type MigrationClass } from './pending-migrations.ts';
import { grantWriteRights, type WriteRights } from './write-rights.ts';

/** The schema of one write database. */
export interface WriteSchema {
  /** In order. A released one is never edited. */
  readonly migrations: readonly MigrationClass[];
  readonly rights: WriteRights;
}

/** Any number will do, as long as every program that migrates this database uses the same one. */
const migrationLock = 7_305_812_004;

/** TypeORM would print what the caller learns anyway: an error is thrown, the migrations are returned. */
const silent: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * Brings the write database at `url` to the current schema, grants the roles of the processes their rights, and returns the names
 * of the migrations it ran, in order; none when the database was current. All are applied in one transaction, or none.
 *
 * A second run meanwhile waits for the first: an advisory lock, held by its own session, lets one run in at a time.
 *
 * @param variable the setting that the URL came from, for the message
 * @throws MigrationError when the server cannot be reached or refuses a statement; the schema is then as it was before.
 */
export async function runMigrations(
  { migrations, rights }: WriteSchema,
  url: string,
  variable: string,
): Promise<string[]> {
  const lock = new pg.Client({
    connectionString: url,
    application_name: 'write-migrations',
    connectionTimeoutMillis: 10_000,
  });
  // The lock ends with its session. If that breaks, the error surfaces on the next statement; unhandled it would end the process.
  lock.on('error', () => undefined);
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'write-migrations',
    poolSize: 1,
    connectTimeoutMS: 10_000,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    migrationsTransactionMode: 'all',
    logger: silent,
    extra: sessionHook(),
  });
  try {
    await lock.connect();
    await setSession(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await dataSource.initialize();
    const applied = await dataSource.runMigrations();
    await grantWriteRights(lock, rights);
    return applied.map(({ name }) => name);
  } catch (error) {
    const fault = connectionFault(
      error,
      databaseTarget(url, variable),
      'The write database was not migrated.',
    );
    // What lacks rights names them itself, with who may grant them.
    throw new MigrationError(error, fault?.name === 'no-rights' ? undefined : fault);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lock.end();
  }
}
