import {
  createReprise,
  defineEvents,
  defineProjection,
  defineReprise,
  eventStoreTable,
  jsonData,
  plainJson,
  postgresTable,
  put,
  type Receipt,
} from '@reprise/reprise';

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
  storage: postgresTable<{ total: number }>(
    { total: 'bigint' },
    { view: 'SELECT reprise_id AS order_id, total FROM {table} WHERE reprise_tombstone IS NULL' },
  ),
  on: { 'order.placed': ({ data }) => put({ total: data.total }) },
});

const definition = defineReprise({
  contexts: [{ name: 'shop', events: orderEvents, projections: [orders], eventStore: orderStore }],
});

/** Rebuilds the orders from the shop's own table, which `SHOP_EVENT_STORE_DATABASE_URL` leads to. */
export async function rebuildOrders(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Receipt> {
  const reprise = createReprise(definition, { env, signal });
  try {
    return await reprise.rebuild('orders', { source: 'event-store' });
  } finally {
    await reprise.close();
  }
}
