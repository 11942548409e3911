import { afterFile, freshDatabase } from '@reprise/test-kit';
import { WriteDatabase } from '@reprise/write-api';
import pg from 'pg';
import { runWriteMigrations } from '../migrate.ts';
import { mug, openDatabase, writeSide, type WriteSide } from '../testing/write-side.ts';
import { writeMigrations } from './write-migrations.ts';

const names = writeMigrations.map((Migration) => new Migration().name);

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  afterFile(() => client.end());
  return client;
}

describe('the write migrations', () => {
  it('bring an empty database to the current schema once', async () => {
    const { url } = await freshDatabase('write');
    expect(await runWriteMigrations(url)).toEqual(names);
    expect(await runWriteMigrations(url)).toEqual([]);
  });

  it('are applied by one of two runs at the same time', async () => {
    const { url } = await freshDatabase('write');
    const runs = await Promise.all([
      runWriteMigrations(url),
      runWriteMigrations(url),
      runWriteMigrations(url),
    ]);
    expect(runs.flat()).toEqual(names);
  });

  it('leave nothing behind when one of them fails, and say why', async () => {
    const { url } = await freshDatabase('write');
    const owner = await connect(url);
    await owner.query('CREATE TABLE idempotency_keys (unexpected int)');
    await expect(runWriteMigrations(url)).rejects.toThrow(
      /not migrated: relation "idempotency_keys" already exists\. Its schema is unchanged/,
    );
    const { rows } = await owner.query(
      `SELECT to_regclass('products') AS products, to_regclass('event_store') AS event_store`,
    );
    expect(rows).toEqual([{ products: null, event_store: null }]);
  });

  it('name a server that cannot be reached', async () => {
    await expect(runWriteMigrations('postgres://nobody@127.0.0.1:1/nowhere')).rejects.toThrow(
      /^Postgres at 127\.0\.0\.1:1\/nowhere refuses connections: .*ECONNREFUSED.* was not migrated\./,
    );
  });

  it('are not run by the application, which refuses to start without them', async () => {
    const { url } = await freshDatabase('write');
    await expect(openDatabase(url)).rejects.toThrow(
      `The write database lacks the migrations ${names.join(', ')}, so the product API did not start`,
    );
    const owner = await connect(url);
    const { rows } = await owner.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    expect(rows).toEqual([]);
  });

  it('may be ahead of the application', async () => {
    const { url } = await freshDatabase('write');
    await runWriteMigrations(url);
    const owner = await connect(url);
    await owner.query(`INSERT INTO write_migrations (timestamp, name) VALUES (9, 'AddedByANewerRelease9')`);
    await expect(openDatabase(url)).resolves.toBeInstanceOf(WriteDatabase);
  });
});

describe('the event store', () => {
  let side: WriteSide;
  let admin: pg.Client;

  beforeAll(async () => {
    side = await writeSide();
    admin = await connect(side.fresh.adminUrl);
    await side.create();
  });

  const changes = [
    `UPDATE event_store SET type = 'product.deleted.v1'`,
    'UPDATE event_store SET position = DEFAULT WHERE false',
    'DELETE FROM event_store',
    'TRUNCATE event_store',
    'TRUNCATE event_store CASCADE',
    `INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
       SELECT gen_random_uuid(), aggregate_type, aggregate_id, aggregate_version, type, occurred_at, '{}' FROM event_store
       ON CONFLICT (aggregate_id, aggregate_version) DO UPDATE SET envelope = excluded.envelope`,
    `MERGE INTO event_store AS stored USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE`,
  ];

  it.each(changes)('refuses its owner: %s', async (statement) => {
    await expect(side.pool.query(statement)).rejects.toMatchObject({
      message: expect.stringMatching(/on event_store refused: the event store is append-only$/),
      hint: 'Correct a mistake by appending an event that says so.',
    });
    expect(await side.counts()).toMatchObject({ events: 1 });
  });

  it('refuses a superuser whose session skips ordinary triggers', async () => {
    await admin.query('SET session_replication_role = replica');
    await expect(admin.query('DELETE FROM event_store')).rejects.toThrow('append-only');
    await admin.query('SET session_replication_role = DEFAULT');
  });

  it('is not dropped by reverting its migration', async () => {
    const Migration = writeMigrations[1];
    await expect(new Migration!().down(undefined as never)).rejects.toThrow('not dropped by a migration');
  });

  it('keeps the text of an event byte for byte', async () => {
    const [row] = await side.query<{ stored: string; sent: string }>(`
      SELECT envelope::text AS stored, payload::text AS sent FROM event_store JOIN outbox_events USING (event_id)`);
    expect(row?.stored).toBe(row?.sent);
    expect(row?.stored).toMatch(/^\{"specversion":"1\.0","id":"/);
    expect(JSON.parse(row?.stored ?? '')).toMatchObject({ data: mug });
  });
});

describe('G12: the role of the event readers', () => {
  let reader: pg.Client;

  beforeAll(async () => {
    const side = await writeSide();
    await side.create();
    // The way in that others have is closed, as on the real database: only what the migration granted is left.
    const admin = await connect(side.fresh.adminUrl);
    await admin.query(`REVOKE CONNECT ON DATABASE ${side.fresh.name} FROM PUBLIC`);
    await admin.query('REVOKE USAGE ON SCHEMA public FROM PUBLIC');
    reader = await connect(side.fresh.eventStoreUrl);
  });

  it('reads the event store', async () => {
    const { rows } = await reader.query('SELECT type FROM event_store');
    expect(rows).toEqual([{ type: 'product.created.v1' }]);
  });

  it('sees which events wait to be published, and nothing of what they say', async () => {
    const { rows } = await reader.query('SELECT * FROM unpublished_events');
    expect(rows).toEqual([
      {
        aggregate_id: expect.any(String),
        aggregate_version: 1,
        created_at: expect.any(Date),
        parked: false,
      },
    ]);
  });

  it.each(['products', 'outbox_events', 'idempotency_keys', 'write_migrations'])(
    'cannot read %s',
    async (table) => {
      await expect(reader.query(`SELECT * FROM ${table}`)).rejects.toThrow(
        `permission denied for table ${table}`,
      );
    },
  );

  it.each([
    `INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
       VALUES (gen_random_uuid(), 'product', gen_random_uuid(), 1, 'product.created.v1', now(), '{}')`,
    'DELETE FROM event_store',
    'CREATE TABLE mine (id int)',
  ])('cannot %s', async (statement) => {
    await expect(reader.query(statement)).rejects.toThrow('permission denied');
  });
});
