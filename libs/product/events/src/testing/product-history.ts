import { randomUUID } from 'node:crypto';
import { dataContentType, newEventId, specVersion } from '@reprise/events';
import { eventSource, productAggregateType } from '../product-contract.ts';
import type { ProductEvent, ProductEventType } from '../product-events.ts';

type DataOf<T extends ProductEventType> = Extract<ProductEvent, { type: T }>['data'];

/** An event before it is part of a history. */
export type HistoryStep = {
  [T in ProductEventType]: { readonly type: T; readonly data: DataOf<T> };
}[ProductEventType];

/** Steps with data that is valid as it is; give only what the test is about. */
export const step = {
  created: (data: Partial<DataOf<'product.created.v1'>> = {}): HistoryStep => ({
    type: 'product.created.v1',
    data: {
      title: 'Enamel mug',
      description: 'Holds 350 ml and survives a fall.',
      brand: 'Fjell',
      categoryId: 'kitchen',
      priceMinor: 1_450,
      currency: 'EUR',
      stock: 10,
      tags: ['camping'],
      ...data,
    },
  }),
  detailsChanged: (data: DataOf<'product.details-changed.v1'>): HistoryStep => ({
    type: 'product.details-changed.v1',
    data,
  }),
  priceChanged: (priceMinor: number, currency = 'EUR'): HistoryStep => ({
    type: 'product.price-changed.v1',
    data: { priceMinor, currency },
  }),
  categoryChanged: (categoryId: string): HistoryStep => ({
    type: 'product.category-changed.v1',
    data: { categoryId },
  }),
  stockAdjusted: (delta: number, reason?: string): HistoryStep => ({
    type: 'product.stock-adjusted.v1',
    data: { delta, ...(reason !== undefined && { reason }) },
  }),
  published: (): HistoryStep => ({ type: 'product.published.v1', data: {} }),
  unpublished: (): HistoryStep => ({ type: 'product.unpublished.v1', data: {} }),
  deleted: (reason?: string): HistoryStep => ({
    type: 'product.deleted.v1',
    data: { ...(reason !== undefined && { reason }) },
  }),
};

export interface HistoryOptions {
  /** The product; a new id unless given. */
  readonly id?: string;
  readonly events: readonly HistoryStep[];
  /** The version of the first event; 1 unless given. */
  readonly firstVersion?: number;
  /** The time of the first event; each following one is a second later. */
  readonly startedAt?: Date;
}

/** The events of one product, with rising versions and times, as the write side would have stored them. */
export function productHistory(options: HistoryOptions): ProductEvent[] {
  const {
    id = randomUUID(),
    events,
    firstVersion = 1,
    startedAt = new Date('2026-01-01T00:00:00.000Z'),
  } = options;
  return events.map((event, index) => {
    const time = new Date(startedAt.getTime() + (firstVersion - 1 + index) * 1_000);
    return {
      specversion: specVersion,
      id: newEventId(time),
      source: eventSource,
      type: event.type,
      subject: id,
      time: time.toISOString(),
      datacontenttype: dataContentType,
      aggregatetype: productAggregateType,
      aggregateversion: firstVersion + index,
      correlationid: `test-${id}`,
      data: event.data,
      // The pair of type and data comes from one step; the compiler cannot carry that through the spread of a union.
    } as ProductEvent;
  });
}
