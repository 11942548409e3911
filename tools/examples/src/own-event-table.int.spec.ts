import { readFileSync } from 'node:fs';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { freshDatabase, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { Client } from 'pg';
import { rebuildOrders } from './own-event-table.ts';

const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = () => own('../../../docs/how-to/rebuild-from-your-own-event-table.md');
const { signal } = new AbortController();

/** A statement of the page, by its first words. */
function statement(begin: string): string {
  const [found] = page()
    .split(/```sql\n([^`]*)```/)
    .filter((text) => text.startsWith(begin));
  return found!;
}

describe('the example of a rebuild from another table', () => {
  it('moves readers to what stands in the table, and is refused where something of it is missing', async () => {
    const [read, shop] = [await freshDatabase('read'), await freshDatabase('write')];
    await runReadModelMigrations(read.url);
    const owner = new Client({ connectionString: shop.url });
    await owner.connect();
    const topic = await freshTopic({ partitions: 2 });
    const env = {
      ...testEndpoints().env,
      READ_MODEL_DATABASE_URL: read.url,
      SHOP_EVENT_STORE_DATABASE_URL: shop.eventStoreUrl,
      SHOP_EVENTS_TOPIC: topic.name,
    };
    const refused = await rebuildOrders(env, signal);
    expect(refused).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('there is no table or view "message_store"."messages"'),
    });

    await owner.query(`
      CREATE SCHEMA message_store;
      CREATE TABLE message_store.messages (
        id uuid NOT NULL DEFAULT gen_random_uuid(), stream_name text NOT NULL, type text NOT NULL, position bigint NOT NULL,
        global_position bigserial PRIMARY KEY, data jsonb, time timestamp NOT NULL DEFAULT now());
      ${statement('CREATE UNIQUE INDEX').replace('CONCURRENTLY ', '')}
      INSERT INTO message_store.messages (stream_name, type, position, data) VALUES
        ('order-1', 'order.placed', 0, '{"total":5}'), ('customer-1', 'customer.met', 0, '{}'),
        ('order-2', 'order.placed', 0, '{"total":7}'), ('order-1', 'order.cancelled', 1, '{}');`);
    await owner.query(
      statement('GRANT')
        .replace('shop_reader', 'event_store_reader')
        .replace('shop_reader', 'event_store_reader'),
    );
    await produceRaw(topic, [
      {
        key: '2',
        value: '{"total":7}',
        headers: { type: 'order.placed', id: 'a', time: '2026-11-20T09:31:01Z', version: '1' },
      },
    ]);

    const receipt = await rebuildOrders(env, signal);
    expect(receipt).toMatchObject({
      message: null,
      outcome: 'promoted',
      source: 'event-store',
      events: { read: 3, applied: 3 },
      documents: { live: 1, tombstones: 1 },
    });
    await owner.end();
    const reader = new Client({ connectionString: read.url });
    await reader.connect();
    expect((await reader.query('SELECT order_id, total FROM orders')).rows).toEqual([
      { order_id: '2', total: '7' },
    ]);
    await reader.end();
  });

  it('is what its page in the documentation shows', () => {
    expect(page()).toContain(`\`\`\`ts\n${own('./own-event-table.ts')}\`\`\``);
  });
});
