import { type ProductEvent, productEvents } from '@reprise/product-events';
import { afterFile, eventStoreSql, freshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';

export interface OwnEventStore {
  /** What a process needs to read it. */
  readonly env: { readonly EVENT_STORE_DATABASE_URL: string };
  append(events: readonly ProductEvent[]): Promise<void>;
}

/** An event store with the columns readers use, in a database of the test file's own. */
export async function ownEventStore(): Promise<OwnEventStore> {
  const database = await freshDatabase('write');
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  afterFile(() => owner.end());
  await owner.query(eventStoreSql);
  return {
    env: { EVENT_STORE_DATABASE_URL: database.eventStoreUrl },
    async append(events) {
      await owner.query('INSERT INTO event_store SELECT * FROM unnest($1::uuid[], $2::int[], $3::json[])', [
        events.map(({ subject }) => subject),
        events.map(({ aggregateversion }) => aggregateversion),
        events.map(productEvents.encode),
      ]);
    },
  };
}
