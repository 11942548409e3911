import { type CommandContext } from '@reprise/aggregate';
import { newEventId } from '@reprise/events';
import { createLogger, sessionHook } from '@reprise/runtime';
import {
  afterFile,
  eventually,
  freshDatabase,
  makeOdd,
  type FreshDatabase,
  type SettingsLevel,
} from '@reprise/test-kit';
import pg from 'pg';
import { type WriteDatabase } from '../database/write-database.ts';
import { runMigrations } from '../migrations/run-migrations.ts';
import { settingNames } from '../service/configuration.ts';
import { writeDatabaseOf } from '../service/serve.ts';
import { type WriteApi } from '../service/write-api.ts';

/** A migrated write database of one test file, and ways to it. */
export interface TestWriteSide {
  readonly fresh: FreshDatabase;
  /** The database as the application connects to it. */
  readonly applicationUrl: string;
  /** The application's own way, with the rights of its role. */
  readonly database: WriteDatabase;
  /** Connects as the owner of the tables, beside the pool of the application. */
  readonly pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Looks at the sessions of other roles, and ends them: only a superuser may. */
  asAdmin(sql: string): Promise<pg.QueryResult<Record<string, unknown>>>;
  /** How many rows there are in all: in the tables that were named, the event store, the outbox and the kept answers. */
  countRows<Table extends string>(
    tables: Readonly<Record<Table, string>>,
  ): Promise<Record<Table | SharedTable, number>>;
  /** Resolves when a session waits for a lock. */
  lockWaitedFor(): Promise<void>;
}

type SharedTable = 'events' | 'messages' | 'answers';

/** A fresh migrated write database for one test file, which may have odd session settings. */
export async function testWriteSide(
  api: WriteApi,
  poolSize = 10,
  odd?: SettingsLevel,
): Promise<TestWriteSide> {
  const fresh = await freshDatabase('write');
  if (odd !== undefined) await makeOdd(fresh, odd);
  await runMigrations(api.schema, fresh.url, 'the test database');
  const pool = new pg.Pool({ connectionString: fresh.url, max: 4, ...sessionHook() });
  pool.on('error', () => undefined);
  afterFile(() => pool.end());
  const admin = new pg.Pool({ connectionString: fresh.adminUrl, max: 1 });
  admin.on('error', () => undefined);
  afterFile(() => admin.end());
  const applicationUrl = fresh.urlOf(settingNames(api.settings).databaseUrl);
  const database = await openDatabase(api, applicationUrl, poolSize);
  const query: TestWriteSide['query'] = async (sql, values) => (await pool.query(sql, values)).rows;
  const asAdmin: TestWriteSide['asAdmin'] = (sql) => admin.query(sql);
  return {
    fresh,
    applicationUrl,
    database,
    pool,
    query,
    asAdmin,
    countRows: async (tables) => {
      const counted = Object.entries<string>({
        ...tables,
        events: 'event_store',
        messages: 'outbox_events',
        answers: 'idempotency_keys',
      }).map(([name, table]) => `(SELECT count(*)::int FROM ${table}) AS "${name}"`);
      const [row] = await query<never>(`SELECT ${counted.join(', ')}`);
      if (row === undefined) throw new Error('no counts');
      return row;
    },
    lockWaitedFor: () =>
      eventually(async () => {
        const { rows } = await asAdmin(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows[0]?.['waiting']).toBe(1);
      }),
  };
}

/** Opens the application's pool; it is closed at the end of the test file. */
export async function openDatabase(api: WriteApi, url: string, poolSize = 10): Promise<WriteDatabase> {
  const logger = createLogger(api.name, { level: 'silent' });
  const settings = { writeDatabaseUrl: url, poolSize, statementTimeoutMs: 20_000 };
  const database = writeDatabaseOf(api, settings, logger);
  await database.connect();
  afterFile(() => database.onApplicationShutdown());
  return database;
}

/** What every command in these tests comes from, with its own event id. */
export function commandContext(more: Partial<CommandContext> = {}): CommandContext {
  const time = new Date();
  return { eventId: newEventId(time), time, correlationId: 'test', ...more };
}
