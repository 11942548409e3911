import { defineEvents, eventStoreTable, jsonData, plainJson } from '@reprise/events';
import { aggregateHistory, EventStore } from '@reprise/read-model-feed';
import {
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  Registry,
} from '@reprise/read-model-indices';
import { defineProjection, put } from '@reprise/read-model-projections';
import { defaultGateLimits, rebuildReadModel, type Receipt } from '@reprise/read-model-rebuild';
import { endpointSettings, readSettings } from '@reprise/runtime';

/** The events as they come from Kafka: the data as value, everything else in headers. */
const orderEvents = defineEvents({
  aggregates: {
    order: {
      'order.placed': {
        begins: true,
        data: jsonData<{ total: number }>({ type: 'object', properties: { total: { type: 'number' } } }),
      },
      'order.cancelled': { ends: true, data: jsonData<object>({ type: 'object' }) },
    },
  },
  reader: plainJson({
    type: { header: 'type' },
    aggregateId: { key: true },
    id: { header: 'id' },
    time: { header: 'time' },
    version: { header: 'version' },
  }),
});

/** The same events as they stand in the database of the shop. */
const orderStore = eventStoreTable({
  table: 'message_store.messages',
  columns: {
    aggregateId: { column: 'stream_name', prefix: 'order-' },
    version: { column: 'position', first: 0 },
    eventId: 'id',
    type: 'type',
    occurredAt: 'time',
    payload: 'data',
  },
});

const orders = defineProjection(orderEvents, {
  name: 'orders',
  version: 1,
  aggregate: 'order',
  storage: {
    kind: 'postgres',
    schemaVersion: 1,
    columns: [{ field: 'total', type: 'bigint' }],
    indexes: [],
    view: 'SELECT reprise_id AS order_id, total FROM {table} WHERE reprise_tombstone IS NULL',
  },
  on: { 'order.placed': ({ data }) => put({ total: data.total }) },
});

/** Rebuilds the orders from the shop's own table. */
export async function rebuildOrders(
  env: NodeJS.ProcessEnv & { readonly SHOP_DATABASE_URL: string },
  signal: AbortSignal,
): Promise<Receipt> {
  const settings = readSettings(env, (read) => ({
    ...endpointSettings(read, ['kafka', 'elasticsearch', 'readModelDatabase']),
    topic: read.topic('SHOP_EVENTS_TOPIC', 'shop.events'),
  }));
  const client = createElasticsearchClient(settings.elasticsearch);
  const pool = createReadModelPool(settings.readModelDatabaseUrl);
  const eventStore = new EventStore({
    pool: createReadModelPool(env.SHOP_DATABASE_URL),
    table: orderStore,
    setting: 'SHOP_DATABASE_URL',
  });
  const registry = new Registry(pool);
  try {
    const { receipt } = await rebuildReadModel(
      {
        ...{ projection: orders, mode: 'APPLY', source: 'event-store', promote: true, resume: 'auto' },
        ...{ batchSize: 200, workers: 1, memoryBytes: 512 * 1024 * 1024, gate: defaultGateLimits },
      },
      {
        kafka: settings.kafka,
        topic: settings.topic,
        registry,
        store: openGenerationStore(orders, { client, pool }),
        history: aggregateHistory(eventStore, orderEvents, registry.letterActions.discardedOf),
        eventStore,
      },
      { signal },
    );
    return receipt;
  } finally {
    await Promise.allSettled([client.close(), pool.end(), eventStore.pool.end()]);
  }
}
