import { CloudEvent, Kafka, type CloudEventV1 } from 'cloudevents';
import fc from 'fast-check';
import { cloudEvents, defineEvents } from '../index.ts';
import { recordOf } from '../testing/record.ts';
import { ticketEnvelope, ticketOptions } from '../testing/ticket-contract.ts';

const tickets = defineEvents({
  ...ticketOptions,
  reader: cloudEvents({ extensions: ['tenant', 'partitionkey'] }),
});

/** Bytes of a record as the CloudEvents SDK makes it and a Kafka client sends it: headers and JSON data are text. */
function sent(message: { headers: object; value?: unknown }) {
  const { headers, value } = message;
  const bytes = Object.entries(headers as Record<string, unknown>)
    .filter(([, text]) => text !== undefined)
    .map(([name, text]): readonly [string, Buffer | string] => [name, Buffer.from(String(text))]);
  return {
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: bytes,
    record: recordOf({ headers: bytes }),
  };
}

const eventOf = (more: Partial<CloudEventV1<unknown>> = {}) =>
  new CloudEvent({
    id: 'e-1',
    source: '/tickets',
    type: 'ticket.opened.v1',
    subject: 't-1',
    time: '2026-11-20T09:31:01.007Z',
    datacontenttype: 'application/json; charset=utf-8',
    partitionkey: 't-1',
    aggregatetype: 'ticket',
    aggregateversion: 1,
    correlationid: 'c-1',
    tenant: 'eu',
    data: { title: 'Drucker ö 💡' },
    ...more,
  });

describe('CloudEvents in binary mode', () => {
  it('are read as the CloudEvents SDK writes them', () => {
    const { value, record } = sent(Kafka.binary(eventOf()));
    const result = tickets.read(value, record);
    if (!result.ok) throw new Error(result.message);
    const tenant: string | number | boolean | undefined =
      result.event.type === 'ticket.opened.v1' ? result.event.tenant : undefined;
    expect(tenant).toBe('eu');
    expect(result.event).toEqual({
      specversion: '1.0',
      id: 'e-1',
      source: '/tickets',
      type: 'ticket.opened.v1',
      subject: 't-1',
      time: '2026-11-20T09:31:01.007Z',
      datacontenttype: 'application/json',
      aggregatetype: 'ticket',
      aggregateversion: 1,
      correlationid: 'c-1',
      tenant: 'eu',
      partitionkey: 't-1',
      data: { title: 'Drucker ö 💡' },
    });
  });

  it('give the same events as in structured mode, for any title and version', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((t) => !t.includes('\0'));
    const version = fc.integer({ min: 2, max: 2_147_483_647 });
    fc.assert(
      fc.property(text, version, text, (id, aggregateversion, subject) => {
        const event = eventOf({ id, type: 'ticket.seen.v1', aggregateversion, subject });
        const binary = sent(Kafka.binary(event));
        const structured = sent(Kafka.structured(event.cloneWith({ datacontenttype: 'application/json' })));
        expect(tickets.read(binary.value, binary.record)).toEqual(
          tickets.read(structured.value, structured.record),
        );
        expect(tickets.read(binary.value, binary.record)).toMatchObject({
          ok: true,
          event: { id, subject, aggregateversion },
        });
      }),
    );
  });

  it('are known by their headers, whatever their data looks like', () => {
    const inner = ticketEnvelope('ticket.opened.v1', 1);
    const { value, record } = sent(
      Kafka.binary(eventOf({ type: 'ticket.seen.v1', aggregateversion: 2, data: inner })),
    );
    expect(tickets.read(value, record)).toMatchObject({ event: { type: 'ticket.seen.v1', data: inner } });
  });

  it.each(['application/cloudevents+json', 'Application/CloudEvents+JSON; charset=UTF-8'])(
    'are structured under the media type %s, also with binary headers beside it',
    (contentType) => {
      const value = JSON.stringify(ticketEnvelope('ticket.opened.v1', 1));
      const headers = [
        ['content-type', contentType],
        ['ce_specversion', '1.0'],
        ['ce_type', 'ticket.seen.v1'],
      ] as const;
      expect(tickets.read(value, recordOf({ headers }))).toMatchObject({
        event: { type: 'ticket.opened.v1' },
      });
    },
  );

  it('are structured without any header, and where nobody looks at headers', () => {
    const value = JSON.stringify(ticketEnvelope('ticket.opened.v1', 1));
    expect(tickets.read(value, recordOf({}))).toMatchObject({ ok: true });
    expect(tickets.read(value)).toMatchObject({ ok: true });
    const structured = defineEvents(ticketOptions);
    const header = () => {
      throw new Error('it looked at headers');
    };
    expect(structured.read(value, Object.assign(recordOf({}), { header }))).toMatchObject({ ok: true });
    expect(cloudEvents().readsHeaders).toBe(true);
    expect(cloudEvents({ mode: 'structured' }).readsHeaders).toBe(false);
  });

  it('cannot have extensions with names that no attribute has', () => {
    expect(() => cloudEvents({ extensions: ['tenant', 'Tenant', '__proto__'] })).toThrow('Tenant, __proto__');
  });
});

describe('a binary record that is no event says why', () => {
  const { value, headers, record } = sent(Kafka.binary(eventOf()));
  const withHeaders = (...more: (readonly [string, Buffer | string])[]) =>
    recordOf({ headers: [...headers, ...more] });
  const identity = { type: 'ticket.opened.v1', subject: 't-1', aggregateVersion: 1 };

  it('with its identity from its headers when its value is no JSON', () => {
    expect(tickets.read(null, record)).toEqual({
      ok: false,
      reason: 'null-value',
      message: 'the record has no value',
      ...identity,
    });
    expect(tickets.read('<xml/>', record)).toEqual({
      ok: false,
      reason: 'not-json',
      message: 'not JSON',
      ...identity,
    });
    expect(tickets.read('[]', record)).toMatchObject({
      reason: 'schema-violated',
      path: '/data',
      ...identity,
    });
  });

  it.each([
    ['/specversion must be "1.0"', 'ce_specversion', '0.3'],
    ['/id must NOT have more than 128 characters', 'ce_id', 'x'.repeat(100_000)],
    ['/id must match pattern', 'ce_id', 'a\0b'],
    ['/subject must NOT have fewer than 1 characters', 'ce_subject', ''],
    ['/subject must be string', 'ce_subject', Buffer.from([0xff, 0xfe])],
    ['/type must be string', 'ce_type', Buffer.from([0xc3, 0x28])],
    ['/time must match pattern "Z$"', 'ce_time', '2026-11-20T09:31:01+01:00'],
    ['/datacontenttype must be "application/json"', 'content-type', 'application/avro'],
    ['/datacontenttype must be "application/json"', 'content-type', 'application/json; charset=latin1'],
    ['/aggregateversion must be integer', 'ce_aggregateversion', '1.0'],
    ['/aggregateversion must be integer', 'ce_aggregateversion', '9007199254740993'],
    ['/aggregateversion must be >= 1', 'ce_aggregateversion', '-3'],
    ['/tenant must be string,boolean,integer', 'ce_tenant', Buffer.from([0xff])],
  ])('%s', (message, name, text) => {
    const failure = tickets.read(value, withHeaders([name, text]));
    if (failure.ok) throw new Error('it was read');
    expect(failure.message).toContain(message);
    expect(failure.path).toBe(message.split(' ')[0]);
    expect(failure.message.length).toBeLessThan(300);
  });

  it('when a mandatory header is missing', () => {
    const only = (...names: string[]) =>
      recordOf({ headers: headers.filter(([name]) => names.includes(name)) });
    expect(tickets.read(value, only('ce_specversion'))).toMatchObject({
      reason: 'not-an-envelope',
      path: '/type',
    });
    expect(tickets.read(value, only('ce_specversion', 'ce_type'))).toMatchObject({
      reason: 'schema-violated',
      path: '/id',
    });
    expect(tickets.read(value, only('ce_type', 'ce_id'))).toMatchObject({
      reason: 'not-an-envelope',
      path: '/specversion',
    });
  });

  it('and the last of several headers counts', () => {
    const twice = withHeaders(['ce_subject', 't-8'], ['ce_subject', 't-9']);
    expect(tickets.read(value, twice)).toMatchObject({ event: { subject: 't-9' } });
  });
});
