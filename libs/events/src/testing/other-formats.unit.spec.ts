import { readFileSync } from 'node:fs';
import { CloudEvent, Kafka } from 'cloudevents';
import { bareOrders, binaryOrders, csvOrders, jsonOrders, outboxOrders } from './other-formats.ts';
import { recordOf } from './record.ts';

const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const time = '2026-11-20T09:31:01.000Z';
const headersOf = (headers: object) =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Buffer.from(String(value))] as const],
  );

describe('the page on other formats', () => {
  it('shows these contracts', () => {
    const page = own('../../../../docs/how-to/read-another-format.md');
    const contracts = own('./other-formats.ts')
      .trimEnd()
      .split(/\n\n(?=const|export)/)
      .slice(1);
    expect(contracts).toHaveLength(6);
    for (const contract of contracts) expect(page).toContain(`\n\n${contract}\n`.slice(2));
  });

  it('reads CloudEvents in either mode', () => {
    const event = new CloudEvent({
      id: 'e-1',
      source: '/orders',
      type: 'order.placed',
      subject: 'o-1',
      time,
      datacontenttype: 'application/json',
      aggregatetype: 'order',
      aggregateversion: 1,
      correlationid: 'c-1',
      tenant: 'eu',
      data: { total: 5 },
    });
    for (const message of [Kafka.binary(event), Kafka.structured(event)]) {
      const value = typeof message.value === 'string' ? message.value : JSON.stringify(message.value);
      const read = binaryOrders.read(Buffer.from(value), recordOf({ headers: headersOf(message.headers!) }));
      expect(read).toMatchObject({ event: { id: 'e-1', tenant: 'eu', data: { total: 5 } } });
    }
  });

  it('reads CloudEvents without the extension attributes', () => {
    const { headers } = Kafka.binary(
      new CloudEvent({ id: 'e-1', source: '/orders', type: 'order.placed', subject: 'o-1', time }),
    );
    const record = recordOf({ headers: headersOf(headers!), position: 6n });
    expect(bareOrders.read('{"total":5}', record)).toEqual({
      ok: true,
      event: {
        id: 'e-1',
        type: 'order.placed',
        subject: 'o-1',
        time,
        aggregatetype: 'order',
        aggregateversion: 7,
        data: { total: 5 },
      },
    });
  });

  it('reads the outbox router, plain JSON and lines of text', () => {
    const headers = headersOf({ id: 'e-1', eventType: 'order.placed', version: 1, occurredAt: time });
    const event = { id: 'e-1', type: 'order.placed', subject: 'o-1', time, data: { total: 5 } };
    expect(outboxOrders.read('"{\\"total\\":5}"', recordOf({ key: 'o-1', headers }))).toMatchObject({
      event,
    });

    const json = JSON.stringify({ order: { id: 12 }, changedAt: '2026-11-20T10:31:01.000+01:00', total: 5 });
    const record = recordOf({ key: '12', headers: headersOf({ type: 'order.placed' }), position: 6n });
    expect(jsonOrders.read(json, record)).toMatchObject({ event: { ...event, id: '12@6', subject: '12' } });

    expect(csvOrders.read(`${time};placed;5`, recordOf({ key: 'o-1' }))).toMatchObject({
      event: { ...event, id: 'o-1-0' },
    });
    expect(csvOrders.read(`${time};lost`, recordOf({ key: 'o-1' }))).toMatchObject({
      message: 'not an event envelope: the second column is lost',
    });
  });
});
