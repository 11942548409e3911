import { z } from 'zod';
import { cloudEvents, debeziumOutbox, defineEvents, plainJson, readerOf } from '../index.ts';

const aggregates = {
  order: {
    'order.placed': { begins: true, data: z.object({ total: z.number() }) },
    'order.cancelled': { ends: true, data: z.object({ reason: z.string().optional() }) },
  },
} as const;

export const binaryOrders = defineEvents({
  aggregates,
  reader: cloudEvents({ extensions: ['tenant'] }),
});

export const bareOrders = defineEvents({
  aggregates,
  versions: 'position',
  reader: plainJson({
    type: { header: 'ce_type' },
    aggregateId: { header: 'ce_subject' },
    id: { header: 'ce_id' },
    time: { header: 'ce_time' },
  }),
});

export const outboxOrders = defineEvents({
  aggregates,
  reader: debeziumOutbox({
    type: { header: 'eventType' },
    version: { header: 'version' },
    time: { header: 'occurredAt' },
  }),
});

export const jsonOrders = defineEvents({
  aggregates,
  versions: 'position',
  reader: plainJson({
    type: { header: 'type' },
    aggregateId: '/order/id',
    time: 'changedAt',
  }),
});

export const csvOrders = defineEvents({
  aggregates,
  versions: 'position',
  reader: readerOf(
    (value, record) => {
      const [time, state, total] = String(value).split(';');
      if (state !== 'placed' && state !== 'cancelled') return `the second column is ${state}`;
      return {
        id: `${String(record.key)}-${record.position()}`,
        type: `order.${state}`,
        aggregateId: String(record.key),
        time: `${time}`,
        data: state === 'placed' ? { total: Number(total) } : {},
      };
    },
    { format: 'order lines' },
  ),
});
