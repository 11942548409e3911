import { ignored, jsonData } from '../index.ts';

export interface TicketOpened {
  readonly title: string;
}

/** Declared as a context would; tests change one thing of it. */
export const ticketOptions = {
  aggregates: {
    ticket: {
      'ticket.opened.v1': {
        begins: true,
        data: jsonData<TicketOpened>({
          type: 'object',
          properties: { title: { type: 'string', maxLength: 20 } },
          required: ['title'],
          additionalProperties: false,
        }),
      },
      'ticket.seen.v1': { data: ignored },
      'ticket.closed.v1': { ends: true, data: jsonData<Record<string, never>>({ type: 'object' }) },
    },
    agent: {
      'agent.moved.v1': { data: jsonData<{ readonly desk: number }>({ type: 'object' }) },
    },
  },
} as const;

/** The envelope of a ticket's event, with some attributes changed. */
export function ticketEnvelope(type: string, version: number, more: object = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: `${type}-${version}`,
    source: '/tickets',
    type,
    subject: 't-1',
    time: '2026-11-20T09:31:01.007Z',
    datacontenttype: 'application/json',
    aggregatetype: type.split('.')[0],
    aggregateversion: version,
    correlationid: 'c-1',
    data: type === 'ticket.opened.v1' ? { title: 'Printer' } : {},
    ...more,
  };
}
