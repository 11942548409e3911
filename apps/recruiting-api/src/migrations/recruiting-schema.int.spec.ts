import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { runMigrations } from '@reprise/write-api';
import { openDatabase } from '@reprise/write-api/testing';
import pg from 'pg';
import { recruitingApi } from '../recruiting-api.ts';
import { recruitingSide, type RecruitingSide } from '../testing/recruiting-side.ts';
import { recruitingSchema } from './recruiting-schema.ts';

const migrate = (url: string): Promise<string[]> =>
  runMigrations(recruitingSchema, url, 'RECRUITING_WRITE_DATABASE_URL');
const names = recruitingSchema.migrations.map((Migration) => new Migration().name);

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  return client;
}

describe('the migrations of recruiting', () => {
  it('bring an empty database to the current schema once, in the order of their names', async () => {
    const { url } = await freshDatabase('write');
    expect(await migrate(url)).toEqual(names);
    expect(await migrate(url)).toEqual([]);
    const timeOf = (name: string): string => name.slice(-13);
    expect(names.map(timeOf)).toEqual(names.map(timeOf).toSorted());
  });

  it('are not run by the application, which refuses to start without them', async () => {
    const { url } = await freshDatabase('write');
    await expect(openDatabase(recruitingApi, url)).rejects.toThrow(
      `The write database lacks the migrations ${names.join(', ')}, so the recruiting API did not start`,
    );
  });

  it('can be taken back but for the event store', async () => {
    const { url } = await freshDatabase('write');
    await migrate(url);
    const owner = await connect(url);
    for (const Migration of recruitingSchema.migrations.slice(-2).toReversed())
      await new Migration().down({ query: (sql: string) => owner.query(sql) } as never);
    const { rows } = await owner.query(
      `SELECT to_regclass('candidates') AS one, to_regclass('leads') AS other`,
    );
    expect(rows).toEqual([{ one: null, other: null }]);
  });
});

describe('the roles of recruiting', () => {
  let side: RecruitingSide;
  let writer: pg.Client;
  let reader: pg.Client;

  beforeAll(async () => {
    side = await recruitingSide();
    await side.register();
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
      `SELECT grantee, table_name, array_agg(privilege_type::text) AS rights
       FROM information_schema.role_table_grants
       WHERE grantee <> current_user AND table_schema = 'public' GROUP BY grantee, table_name`,
    );
    const granted = rows.map(({ grantee, table_name, rights }) => [grantee, table_name, rights.toSorted()]);
    const listed = Object.entries(recruitingSchema.rights).flatMap(([role, tables]) =>
      Object.entries(tables).map(([table, rights]) => [role, table, rights.toSorted()]),
    );
    expect(granted.toSorted()).toEqual(listed.toSorted());
  });

  it('have the rights that the documentation lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/rights.md'), 'utf8');
    for (const [role, tables] of Object.entries(recruitingSchema.rights)) {
      const [, rights] = new RegExp(`^- \`${role}\`, for [^:]* database: (.*)\\.$`, 'm').exec(page) ?? [];
      const listed = Object.entries(tables).map(([table, granted]) => `\`${table}\` ${granted.join(', ')}`);
      expect(rights).toBe(listed.join('; '));
    }
  });

  it.each([
    'DELETE FROM candidates',
    'DELETE FROM leads',
    'DELETE FROM event_store',
    `UPDATE event_store SET type = 'x'`,
    'UPDATE outbox_events SET processed = true',
    'ALTER TABLE event_store DISABLE TRIGGER ALL',
    'CREATE TABLE mine (id int)',
  ])('do not let the application %s', async (statement) => {
    await expect(writer.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('let event readers see events and nothing of people or leads otherwise', async () => {
    await expect(reader.query('SELECT type FROM event_store')).resolves.toMatchObject({ rowCount: 1 });
    for (const table of ['candidates', 'leads', 'outbox_events', 'idempotency_keys'])
      await expect(reader.query(`SELECT * FROM ${table}`)).rejects.toThrow(
        `permission denied for table ${table}`,
      );
  });

  it('keep the application of another context out', async () => {
    await expect(connect(side.fresh.productApiUrl)).rejects.toThrow(/permission denied for database/);
  });
});

describe('the tables of recruiting', () => {
  it('hold no name of an erased candidate, and no placement that was not proposed', async () => {
    const side = await recruitingSide(2);
    const [candidate, lead] = [await side.register(), await side.open()];
    await expect(
      side.query(`UPDATE candidates SET status = 'erased' WHERE id = $1`, [candidate]),
    ).rejects.toThrow('candidates_erased_are_empty');
    await expect(
      side.query('UPDATE leads SET placed = ARRAY[$2::uuid] WHERE id = $1', [lead, candidate]),
    ).rejects.toThrow('leads_place_the_proposed');
  });
});
