import { defineEvents, jsonData, type DomainEvent } from '@reprise/events';

/** The events that the suite writes and reads: CloudEvents in structured JSON, of parcels. */
export const contractEvents = defineEvents({
  aggregates: {
    parcel: {
      'parcel.posted.v1': { begins: true, data: jsonData<{ grams: number }>({ type: 'object' }) },
      'parcel.moved.v1': { data: jsonData<{ to: string }>({ type: 'object' }) },
    },
  },
});

/** The life of one parcel: four events. @param number names it; the same number is the same parcel */
export function parcel(number: number): DomainEvent[] {
  const subject = `0193a000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return ['posted', 'moved', 'moved', 'moved'].map((what, at) => ({
    specversion: '1.0',
    id: `${subject}-${at + 1}`,
    source: '/parcels',
    type: `parcel.${what}.v1`,
    subject,
    time: `2026-11-20T09:31:0${at}Z`,
    datacontenttype: 'application/json',
    correlationid: 'contract',
    aggregatetype: 'parcel',
    aggregateversion: at + 1,
    data: at === 0 ? { grams: number } : { to: `depot ${at}` },
  }));
}

/** An event of the suite as a record of a topic, or a row of a table. */
export interface ContractRecord {
  /** The aggregate's id, a UUID. */
  readonly key: string;
  /** The count of the aggregate's events. */
  readonly version: number;
  /** The event in its envelope, JSON. */
  readonly value: string;
}

export function recordsOf(events: readonly DomainEvent[]): ContractRecord[] {
  return events.map((event) => ({
    key: event.subject,
    version: event.aggregateversion,
    value: contractEvents.encode(event as never),
  }));
}
