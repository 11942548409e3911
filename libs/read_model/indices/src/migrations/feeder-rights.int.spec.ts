import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile, freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';
import { registryRights } from './feeder-rights.ts';
import { runReadModelMigrations } from './read-model-migrations.ts';

let database: FreshDatabase;
let owner: Client;
let feeder: Client;

beforeAll(async () => {
  database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const admin = await connect(database.adminUrl);
  await admin.query(
    `REVOKE CONNECT, TEMPORARY ON DATABASE ${database.name} FROM PUBLIC; REVOKE USAGE ON SCHEMA public FROM PUBLIC`,
  );
  owner = await connect(database.url);
  feeder = await connect(database.feederUrl);
});

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  afterFile(() => client.end());
  return client;
}

describe('the role of the feeders', () => {
  it('has the rights of the table and no others, also where an earlier release gave more', async () => {
    await owner.query('GRANT DELETE ON ALL TABLES IN SCHEMA registry TO read_model_feeder');
    await runReadModelMigrations(database.url);
    // A right on some columns counts as one on the table.
    const { rows } = await owner.query<{ name: string; rights: string[] }>(
      `SELECT table_name AS name, array_agg(DISTINCT privilege_type::text) AS rights FROM (
         SELECT table_name, privilege_type, grantee, table_schema FROM information_schema.role_table_grants
         UNION SELECT table_name, privilege_type, grantee, table_schema FROM information_schema.role_column_grants) AS granted
       WHERE grantee IN ('read_model_feeder', 'PUBLIC') AND table_schema = 'registry' GROUP BY table_name`,
    );
    const granted = rows.map(({ name, rights }) => [name, rights.toSorted()]);
    const listed = Object.entries(registryRights).map(([name, rights]) => [name, rights.toSorted()]);
    expect(granted.toSorted()).toEqual(listed.toSorted());
  });

  it('has the rights that the documentation lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/reference/rights.md'), 'utf8');
    const [, rights] = /^- `read_model_feeder`, for [^:]* database: (.*)\.$/m.exec(page) ?? [];
    const listed = Object.entries(registryRights).map(
      ([table, granted]) => `\`registry.${table}\` ${granted.join(', ')}`,
    );
    expect(rights).toBe(listed.join('; '));
  });

  it('makes, replaces and drops tables of generations and views of readers', async () => {
    await feeder.query(
      'CREATE TABLE generations.built (id int); CREATE VIEW shown AS SELECT * FROM generations.built',
    );
    await feeder.query('CREATE OR REPLACE VIEW shown AS SELECT * FROM generations.built WHERE id > 0');
    await feeder.query('DROP VIEW shown; DROP TABLE generations.built');
  });

  it.each([
    'DROP TABLE registry.generations',
    'ALTER TABLE registry.generations DISABLE TRIGGER ALL',
    'TRUNCATE registry.runs',
    'CREATE TABLE registry.mine (id int)',
    `INSERT INTO registry.migrations (name, run_on) VALUES ('9999_mine', now())`,
    'DELETE FROM registry.migrations',
    'CREATE SCHEMA mine',
    'CREATE TEMPORARY TABLE mine (id int)',
  ])('cannot %s', async (statement) => {
    await expect(feeder.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('takes over what the owner made when it fed the read models itself', async () => {
    await owner.query(
      'CREATE TABLE generations.older (id int); CREATE VIEW older_view AS SELECT * FROM generations.older',
    );
    await expect(feeder.query('DROP VIEW older_view')).rejects.toThrow('must be owner');
    await runReadModelMigrations(database.url);
    await feeder.query('DROP VIEW older_view; DROP TABLE generations.older');
  });

  it('is the only one beside the owner that may connect: the role that reads the event store may not', async () => {
    await expect(connect(database.eventStoreUrl)).rejects.toThrow(/permission denied for database/);
  });
});
