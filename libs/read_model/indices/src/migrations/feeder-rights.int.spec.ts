import { afterFile, freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';
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
