import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import pg from 'pg';
import { runMigrations } from '../migrations/run-migrations.ts';
import { sharedMigrations } from '../migrations/shared-migrations.ts';
import { settingNames } from '../service/configuration.ts';
import { type WriteApi } from '../service/write-api.ts';
import { openDatabase, testWriteSide, type TestWriteSide } from './write-side.ts';

/** What holds of the write database of every context, by the API that owns it. */
export interface KeptSchema {
  readonly api: WriteApi;
  /** Tables of its aggregates. */
  readonly tables: readonly string[];
  /** The database as the application of another context connects to it. */
  readonly stranger: (database: FreshDatabase) => string;
}

/** The schema of a write database: migrated once, in order and by its owner only, with the rights that the documentation lists. */
export function itKeepsItsSchema({ api, tables, stranger }: KeptSchema): void {
  const { schema, settings, title } = api;
  const migrate = (url: string): Promise<string[]> =>
    runMigrations(schema, url, settingNames(settings).databaseUrl);
  const names = schema.migrations.map((Migration) => new Migration().name);

  describe(`the migrations of the ${title}`, () => {
    it('bring an empty database to the current schema once, in the order of their names', async () => {
      const { url } = await freshDatabase('write');
      expect(await migrate(url)).toEqual(names);
      expect(await migrate(url)).toEqual([]);
      const timeOf = (name: string): string => name.slice(-13);
      expect(names.map(timeOf)).toEqual(names.map(timeOf).toSorted());
    });

    it('are not run by the application, which refuses to start without them', async () => {
      const { url } = await freshDatabase('write');
      await expect(openDatabase(api, url)).rejects.toThrow(
        `The write database lacks the migrations ${names.join(', ')}, so the ${title} did not start`,
      );
    });

    it('can be taken back but for the event store', async () => {
      const { url } = await freshDatabase('write');
      await migrate(url);
      const owner = await connect(url);
      for (const Migration of schema.migrations.slice(sharedMigrations.length).toReversed())
        await new Migration().down({ query: (sql: string) => owner.query(sql) } as never);
      for (const table of tables) {
        const { rows } = await owner.query(`SELECT to_regclass('${table}') AS left`);
        expect(rows).toEqual([{ left: null }]);
      }
    });
  });

  describe(`the roles of the ${title}`, () => {
    let side: TestWriteSide;
    let writer: pg.Client;
    let reader: pg.Client;

    beforeAll(async () => {
      side = await testWriteSide(api);
      // Only what the migrations granted is left, as on a database that is closed to PUBLIC.
      const admin = await connect(side.fresh.adminUrl);
      await admin.query(
        `REVOKE CONNECT, TEMPORARY ON DATABASE ${side.fresh.name} FROM PUBLIC; REVOKE USAGE ON SCHEMA public FROM PUBLIC`,
      );
      writer = await connect(side.applicationUrl);
      reader = await connect(side.fresh.eventStoreUrl);
    });

    it('have the rights of the table and no others', async () => {
      const { rows } = await side.pool.query<{ grantee: string; table_name: string; rights: string[] }>(
        `SELECT grantee, table_name, array_agg(DISTINCT privilege_type::text) AS rights
         FROM (SELECT grantee, table_name, table_schema, privilege_type FROM information_schema.role_table_grants
           UNION SELECT grantee, table_name, table_schema, privilege_type FROM information_schema.role_column_grants) AS granted
         WHERE grantee <> current_user AND table_schema = 'public' GROUP BY grantee, table_name`,
      );
      const granted = rows.map((row) => [row.grantee, row.table_name, row.rights.toSorted()]);
      const listed = Object.entries(schema.rights).flatMap(([role, rights]) =>
        Object.entries(rights).map(([table, verbs]) => [role, table, verbs.toSorted()]),
      );
      expect(granted.toSorted()).toEqual(listed.toSorted());
    });

    it('have the rights that the documentation lists', () => {
      const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/rights.md'), 'utf8');
      for (const [role, rights] of Object.entries(schema.rights)) {
        const [, said] = new RegExp(`^- \`${role}\`, for [^:]* database: (.*)\\.$`, 'm').exec(page) ?? [];
        const listed = Object.entries(rights).map(([table, verbs]) => `\`${table}\` ${verbs.join(', ')}`);
        expect(said).toBe(listed.join('; '));
      }
    });

    it.each([
      ...tables.map((table) => `DELETE FROM ${table}`),
      'DELETE FROM event_store',
      `UPDATE event_store SET type = 'x'`,
      'UPDATE outbox_events SET processed = true',
      'ALTER TABLE event_store DISABLE TRIGGER ALL',
      'CREATE TABLE mine (id int)',
    ])('do not let the application %s', async (statement) => {
      await expect(writer.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    });

    it('let event readers see events and nothing else', async () => {
      await expect(reader.query('SELECT type FROM event_store')).resolves.toMatchObject({ rowCount: 0 });
      for (const table of [...tables, 'outbox_events', 'idempotency_keys'])
        await expect(reader.query(`SELECT * FROM ${table}`)).rejects.toThrow(
          `permission denied for table ${table}`,
        );
    });

    it('keep the application of another context out', async () => {
      await expect(connect(stranger(side.fresh))).rejects.toThrow(/permission denied for database/);
    });
  });
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  return client;
}
