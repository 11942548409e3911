import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, testEndpoints } from '@reprise/test-kit';
import pg from 'pg';
import { runWriteMigrations } from '../migrate.ts';
import { writeSide, type WriteSide } from '../testing/write-side.ts';
import { writeRights } from './write-migrations.ts';

let side: WriteSide;
const sessions: Record<string, pg.Client> = {};

beforeAll(async () => {
  side = await writeSide();
  await side.create();
  const urls = { product_writer: side.fresh.productApiUrl, outbox_publisher: side.fresh.relayUrl };
  // Only what the migrations granted is left, as on a database that is closed to PUBLIC.
  const admin = await connect(side.fresh.adminUrl);
  await admin.query(
    `REVOKE CONNECT, TEMPORARY ON DATABASE ${side.fresh.name} FROM PUBLIC; REVOKE USAGE ON SCHEMA public FROM PUBLIC`,
  );
  for (const [role, url] of Object.entries(urls)) sessions[role] = await connect(url);
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  return client;
}

const refused = /permission denied|must be owner/;

describe('the roles of the write side', () => {
  it('have the rights of the table and no others', async () => {
    const { rows } = await side.pool.query<{ grantee: string; table_name: string; rights: string[] }>(
      `SELECT grantee, table_name, array_agg(DISTINCT privilege_type::text) AS rights
       FROM (SELECT grantee, table_name, table_schema, privilege_type FROM information_schema.role_table_grants
         UNION SELECT grantee, table_name, table_schema, privilege_type FROM information_schema.role_column_grants) AS granted
       WHERE grantee IN ('product_writer', 'outbox_publisher', 'event_store_reader', 'PUBLIC') AND table_schema = 'public'
       GROUP BY grantee, table_name`,
    );
    const granted = rows.map(({ grantee, table_name, rights }) => [grantee, table_name, rights.toSorted()]);
    const listed = Object.entries(writeRights).flatMap(([role, tables]) =>
      Object.entries(tables).map(([table, rights]) => [role, table, rights.toSorted()]),
    );
    expect(granted.toSorted()).toEqual(listed.toSorted());
  });

  it('have the rights that the documentation lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/rights.md'), 'utf8');
    for (const [role, tables] of Object.entries(writeRights)) {
      const [, rights] = new RegExp(`^- \`${role}\`, for [^:]* database: (.*)\\.$`, 'm').exec(page) ?? [];
      const listed = Object.entries(tables).map(([table, granted]) => `\`${table}\` ${granted.join(', ')}`);
      expect(rights).toBe(listed.join('; '));
    }
  });

  it.each([
    ['product_writer', 'ALTER TABLE event_store DISABLE TRIGGER ALL'],
    ['product_writer', 'DROP TRIGGER event_store_is_append_only ON event_store'],
    ['product_writer', 'DELETE FROM event_store'],
    ['product_writer', `UPDATE event_store SET type = 'x'`],
    ['product_writer', 'TRUNCATE event_store'],
    ['product_writer', 'DELETE FROM products'],
    ['product_writer', 'UPDATE outbox_events SET processed = true'],
    ['product_writer', 'DELETE FROM outbox_events'],
    ['product_writer', 'LOCK TABLE outbox_leader IN EXCLUSIVE MODE'],
    ['product_writer', 'CREATE TABLE mine (id int)'],
    ['product_writer', 'CREATE TEMPORARY TABLE mine (id int)'],
    ['outbox_publisher', 'SELECT * FROM event_store'],
    ['outbox_publisher', 'SELECT * FROM products'],
    ['outbox_publisher', 'DELETE FROM outbox_events'],
    ['outbox_publisher', 'INSERT INTO outbox_events DEFAULT VALUES'],
    ['outbox_publisher', 'ALTER TABLE outbox_events DISABLE TRIGGER ALL'],
    ['outbox_publisher', 'DROP TABLE outbox_leader'],
  ])('do not let %s %s', async (role, statement) => {
    const session = sessions[role]!;
    await session.query('BEGIN');
    const failure = await session.query(statement).then(() => 'done', String);
    await session.query('ROLLBACK');
    expect(failure).toMatch(refused);
  });

  it('are given to databases that were migrated before there were such roles, by the next migration', async () => {
    await side.pool.query('REVOKE ALL ON products, outbox_events FROM product_writer, outbox_publisher');
    await expect(sessions['product_writer']!.query('SELECT count(*) FROM products')).rejects.toThrow(refused);
    await runWriteMigrations(side.fresh.url);
    await expect(sessions['product_writer']!.query('SELECT count(*) FROM products')).resolves.toMatchObject({
      rowCount: 1,
    });
  });

  it('let nobody read the write side through the role that feeds the read models', async () => {
    const feeder = new URL(testEndpoints().readModelDatabaseUrl);
    feeder.pathname = `/${side.fresh.name}`;
    await expect(connect(feeder.href)).rejects.toThrow(/permission denied for database/);
  });
});
