import { defineEvents, eventStoreTable, ignored, jsonData, plainJson } from '../index.ts';

describe('the declaration of a table of events', () => {
  it('takes a whole envelope in one column', () => {
    expect(
      eventStoreTable({
        table: 'shop.events',
        columns: { aggregateId: 'id', position: 'seq', envelope: 'body' },
        headers: { type: 'kind', trace: { column: 'meta', path: ['trace', 'id'] } },
        where: { archived: false, kind: ['a', 'b'] },
        unpublished: 'waiting',
      }),
    ).toEqual({
      schema: 'shop',
      name: 'events',
      aggregateId: { column: 'id', prefixes: [] },
      version: undefined,
      position: 'seq',
      event: {
        kind: 'envelope',
        column: 'body',
        headers: new Map([
          ['type', { column: 'kind', path: undefined }],
          ['trace', { column: 'meta', path: ['trace', 'id'] }],
        ]),
      },
      where: [
        { column: 'archived', values: [false] },
        { column: 'kind', values: ['a', 'b'] },
      ],
      unpublished: { schema: undefined, name: 'waiting' },
    });
  });

  it('takes attributes in columns, and a name that holds dots as an object', () => {
    const { schema, name, aggregateId, version, event } = eventStoreTable({
      table: { name: 'my.events' },
      columns: {
        ...{ eventId: 'id', type: 'type', occurredAt: 'time', payload: 'data' },
        aggregateId: { column: 'stream', prefix: 'order-' },
        version: { column: 'position', first: 0 },
      },
      attributes: { source: { constant: '/shop' }, tenant: 'tenant' },
    });
    expect({ schema, name, aggregateId, version }).toEqual({
      schema: undefined,
      name: 'my.events',
      aggregateId: { column: 'stream', prefixes: ['order-'] },
      version: { column: 'position', first: 0 },
    });
    expect(event).toMatchObject({ kind: 'attributes', aggregateType: undefined, payload: 'data' });
  });

  it('is refused with every problem at once', () => {
    const long = 'ä'.repeat(32);
    const declare = (options: object) => () => eventStoreTable(options as never);
    expect(
      declare({
        table: `a.${long}`,
        columns: { payload: 'data', version: { column: '', first: 0.5 }, envelop: 'x', position: 'a\0' },
        headers: { type: 'kind' },
        attributes: { trace: { column: 'meta', path: [] } },
        where: { archived: [] },
      }),
    ).toThrow(
      `This event store cannot be declared: table "${long}" is longer than the 63 bytes that Postgres keeps of a name; ` +
        'columns.aggregateId is missing; columns.envelop has no meaning beside columns.payload; ' +
        'columns.payload needs columns.eventId as well; columns.payload needs columns.type as well; ' +
        'columns.payload needs columns.occurredAt as well; columns.version has a first number that is not a whole number; ' +
        'headers have no meaning beside columns.payload; columns.version has no name; ' +
        'columns.position "a\\u0000" is a name that Postgres cannot hold; attributes.trace has a path that is no list of names; ' +
        'where archived has no value, so no row would be read.',
    );
    expect(declare({ table: '', columns: { aggregateId: 'id' } })).toThrow(
      'table has no name; it needs either columns.envelope or columns.payload, the one column that holds the event or its data; ' +
        'it needs columns.version or columns.position, which order the events of an aggregate',
    );
    const both = { aggregateId: { column: 'id', prefix: [''] }, version: 'v', envelope: 'e', payload: 'p' };
    expect(declare({ table: 't', columns: both, attributes: {} })).toThrow(
      'it needs either columns.envelope or columns.payload, the one column that holds the event or its data; ' +
        'attributes have no meaning beside columns.envelope; columns.aggregateId has a prefix without a text',
    );
  });
});

describe('attributes that were found apart', () => {
  const events = defineEvents({
    aggregates: {
      order: {
        'order.placed.v2': {
          begins: true,
          data: jsonData<{ total: number }>({ type: 'object', properties: { total: { type: 'number' } } }),
        },
        'order.seen.v1': { data: ignored },
      },
    },
    upcasters: [
      {
        from: 'order.placed.v1',
        to: 'order.placed.v2',
        upcast: ({ sum }) => ({ ok: true, data: { total: sum } }),
      },
    ],
    reader: plainJson({ type: 'kind', aggregateId: 'order', id: 'id', time: 'at', version: 'n' }),
  });
  const found = {
    id: 7,
    type: 'order.placed.v2',
    aggregateId: '9',
    time: '2026-11-20T10:31:01.5+01:00',
    version: '1',
    data: '{"total":5}',
  };

  it('make the event that a record would have made', () => {
    expect(events.accept(found)).toEqual({
      ok: true,
      event: {
        id: '7',
        type: 'order.placed.v2',
        subject: '9',
        time: '2026-11-20T09:31:01.5Z',
        aggregatetype: 'order',
        aggregateversion: 1,
        data: { total: 5 },
      },
    });
    expect(
      events.accept({ ...found, type: 'order.placed.v1', data: Buffer.from('{"sum":6}') }),
    ).toMatchObject({
      event: { type: 'order.placed.v2', data: { total: 6 } },
    });
  });

  it('are checked as those of a record are', () => {
    expect(events.accept({ ...found, data: '{"total":"5"}' })).toMatchObject({
      path: '/data/total',
      subject: '9',
    });
    expect(events.accept({ ...found, data: '{' })).toMatchObject({
      reason: 'not-json',
      type: 'order.placed.v2',
    });
    expect(events.accept({ ...found, data: null })).toMatchObject({
      reason: 'null-value',
      aggregateVersion: 1,
    });
    expect(events.accept({ ...found, data: '[]' })).toMatchObject({ path: '/data' });
    expect(events.accept({ ...found, type: 'order.lost' })).toMatchObject({ reason: 'unknown-type' });
    expect(events.accept({ ...found, type: null })).toMatchObject({ reason: 'not-an-envelope' });
    expect(events.accept({ ...found, aggregateType: 'candidate' })).toMatchObject({ path: '/aggregatetype' });
    expect(events.accept({ ...found, version: null })).toMatchObject({ path: '/aggregateversion' });
  });
});
