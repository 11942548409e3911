import { ownEventStore } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { EventStore } from '@reprise/read-model-feed';
import { createReadModelPool } from '@reprise/read-model-indices';
import { afterFile, freshDatabase, makeOdd, type SettingsLevel } from '@reprise/test-kit';
import { Client } from 'pg';

export interface TestEventStore {
  /** As the role that may only read it. */
  readonly store: EventStore;
  append(events: readonly ProductEvent[]): Promise<void>;
  /** Appends texts as they are, also those no codec knows. */
  appendRaw(rows: readonly EventRow[]): Promise<void>;
  /** Runs a statement as the owner. */
  execute(sql: string): Promise<void>;
  /** Appends in a transaction of another session, and leaves it open. */
  begin(rows: readonly EventRow[]): Promise<{ end(how: 'commit' | 'abort'): Promise<void> }>;
}

interface EventRow {
  readonly key: string;
  readonly version: number;
  readonly value: string;
}

/** An event store with the columns readers use, in a database of the test file's own, which may have odd session settings. */
export async function testEventStore(odd?: SettingsLevel): Promise<TestEventStore> {
  const database = await freshDatabase('write');
  if (odd !== undefined) await makeOdd(database, odd);
  const [owner, beside] = [1, 2].map(() => new Client({ connectionString: database.url })) as [
    Client,
    Client,
  ];
  await Promise.all([owner.connect(), beside.connect()]);
  await owner.query(`
    CREATE TABLE event_store (
      aggregate_id uuid NOT NULL, aggregate_version int NOT NULL, envelope json NOT NULL,
      PRIMARY KEY (aggregate_id, aggregate_version));
    CREATE TABLE outbox_events (
      aggregate_id uuid, aggregate_version int, created_at timestamptz, parked boolean DEFAULT false);
    CREATE VIEW unpublished_events AS SELECT * FROM outbox_events;
    GRANT SELECT ON event_store, unpublished_events TO event_store_reader;`);
  const pool = createReadModelPool(database.eventStoreUrl);
  afterFile(async () => {
    await Promise.all([pool.end(), owner.end(), beside.end()]);
  });
  const appendBy = async (writer: Client, rows: readonly EventRow[]): Promise<void> => {
    await writer.query(`INSERT INTO event_store SELECT * FROM unnest($1::uuid[], $2::int[], $3::json[])`, [
      rows.map(({ key }) => key),
      rows.map(({ version }) => version),
      rows.map(({ value }) => value),
    ]);
  };
  const append = (events: readonly ProductEvent[]): Promise<void> =>
    appendBy(
      owner,
      events.map((event) => ({
        key: event.subject,
        version: event.aggregateversion,
        value: productEvents.encode(event),
      })),
    );
  return {
    store: new EventStore({ pool, table: ownEventStore, setting: 'EVENT_STORE_DATABASE_URL' }),
    append,
    appendRaw: (rows) => appendBy(owner, rows),
    async execute(sql) {
      await owner.query(sql);
    },
    async begin(rows) {
      await beside.query('BEGIN');
      await appendBy(beside, rows);
      return { end: async (how) => void (await beside.query(how === 'commit' ? 'COMMIT' : 'ROLLBACK')) };
    },
  };
}
