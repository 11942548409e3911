import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { debeziumOutbox, defineEvents, jsonData, type DebeziumOutboxOptions } from '../../index.ts';
import { recordOf } from '../../testing/record.ts';

const aggregates = {
  order: {
    OrderCreated: {
      data: jsonData<{ readonly id: number }>({
        type: 'object',
        properties: { id: { type: 'integer' } },
        required: ['id'],
      }),
    },
    OrderNoted: { data: jsonData<{ readonly orderId: number; readonly note: string }>({ type: 'object' }) },
    OrderCancelled: { data: jsonData<object>({ type: 'object' }) },
  },
} as const;

interface Sent {
  readonly timestamp: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string | null;
}

/** Records of the event router under a configuration: see `golden/README.md`. */
function sentUnder(configuration: string): Sent[] {
  const lines = readFileSync(new URL(`./golden/${configuration}.jsonl`, import.meta.url), 'utf8');
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Sent);
}

const contractOf = (options: DebeziumOutboxOptions = {}) =>
  defineEvents({
    aggregates,
    reader: debeziumOutbox(options),
    versions: options.version === undefined ? 'position' : 'sequence',
  });

const read = (
  contract: ReturnType<typeof contractOf>,
  { key, headers, value, timestamp }: Sent,
  position = 0,
) =>
  contract.read(
    value === null ? null : Buffer.from(value),
    recordOf({
      key: Buffer.from(key),
      headers: Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const),
      position: BigInt(position),
      timestamp,
    }),
  );

const rows = [
  {
    id: '4d47e190-0402-4048-bc2c-89dd54343cdc',
    type: 'OrderCreated',
    subject: '1',
    aggregateversion: 1,
    data: { id: 1, customerId: 123, lineItems: [{ item: 'Debezium in Action', totalPrice: 39.98 }] },
  },
  {
    id: '0f1f4b4e-3d0c-4c39-8d7a-0e8b0c6f2b11',
    type: 'OrderNoted',
    subject: '1',
    aggregateversion: 2,
    data: { orderId: 1, note: 'Größe "L" 💡' },
  },
  {
    id: '7c1b7c4a-57b3-46f4-9a36-1f0c3f5a9d2e',
    type: 'OrderCancelled',
    subject: 'ö 2/a',
    aggregateversion: 1,
    data: {},
  },
];
const occurred = ['2019-05-03T13:31:34.344123Z', '2019-05-03T13:32:00Z', '2019-05-03T13:33:00.5Z'];
const inHeaders: DebeziumOutboxOptions = {
  aggregateType: { header: 'aggregateType' },
  version: { header: 'version' },
  time: { header: 'time' },
};
const inEnvelope: DebeziumOutboxOptions = {
  envelope: true,
  aggregateType: 'aggregateType',
  version: 'version',
  time: 'time',
};

describe('records of the event router', () => {
  it('are read as they are sent by default, with their type in a header and ordered by position', () => {
    const contract = contractOf();
    const [created, noted, cancelled] = sentUnder('type-in-header').map((sent, at) =>
      read(contract, sent, at),
    );
    const time = '2019-05-03T13:31:34.484Z';
    expect(created).toEqual({
      ok: true,
      event: { ...rows[0], time, aggregatetype: 'order', aggregateversion: 1 },
    });
    expect(noted).toEqual({
      ok: true,
      event: { ...rows[1], time, aggregatetype: 'order', aggregateversion: 2 },
    });
    expect(cancelled).toMatchObject({ ok: true, event: { ...rows[2], aggregateversion: 3 } });
  });

  it.each([
    ['headers-text', inHeaders],
    ['headers-json', inHeaders],
    ['headers-json-with-schemas', inHeaders],
    ['headers-expanded', inHeaders],
    ['headers-expanded-with-schemas', inHeaders],
    ['envelope-json', inEnvelope],
    ['envelope-json-with-schemas', inEnvelope],
  ])('are read with all columns: %s', (configuration, options) => {
    const contract = contractOf(options);
    const sent = sentUnder(configuration);
    rows.forEach((row, at) =>
      expect(read(contract, sent[at]!)).toEqual({
        ok: true,
        event: { ...row, aggregatetype: 'order', time: occurred[at] },
      }),
    );
    expect(read(contract, sent[3]!)).toMatchObject({ reason: 'null-value', subject: '3' });
  });

  it('have the timestamp that the router takes from a column', () => {
    const [created] = sentUnder('headers-text');
    const contract = contractOf({ version: { header: 'version' } });
    expect(read(contract, created!)).toMatchObject({ event: { time: '2019-05-03T13:31:34.344Z' } });
  });

  it('can have attributes in their payload', () => {
    const [created] = sentUnder('envelope-json');
    const contract = contractOf({ ...inEnvelope, id: '/payload/id' });
    expect(read(contract, created!)).toMatchObject({ event: { id: '1' } });
    const [expanded] = sentUnder('headers-json');
    const inPayload = contractOf({ ...inHeaders, id: '/customerId' });
    expect(read(inPayload, expanded!)).toMatchObject({ event: { id: '123' } });
  });

  it('without a type in any place say so', () => {
    const [created] = sentUnder('defaults');
    expect(read(contractOf(), created!)).toEqual({
      ok: false,
      reason: 'not-an-envelope',
      message: 'not an event envelope: /type must be string',
      path: '/type',
      subject: '1',
      aggregateVersion: 1,
    });
  });

  it('with another aggregate type than that of the event are refused', () => {
    const [created] = sentUnder('headers-text');
    const headers = { ...created!.headers, aggregateType: 'customer' };
    expect(read(contractOf(inHeaders), { ...created!, headers })).toMatchObject({ path: '/aggregatetype' });
  });
});

describe('a payload', () => {
  const [created] = sentUnder('type-in-header');
  const withValue = (value: unknown) => read(contractOf(), { ...created!, value: JSON.stringify(value) });

  it.each([
    [
      'a schema and a payload that are no schema of Kafka Connect',
      { schema: 'v2', payload: { id: 2 }, id: 1 },
    ],
    ['a schema and a payload and nothing else', { schema: { type: 7, optional: true }, payload: {} }],
    [
      'what looks like a schema and more',
      { schema: { type: 'string', optional: true }, payload: 'x', id: 1 },
    ],
  ])('may have %s', (_, data) => {
    expect(
      read(contractOf({ type: { constant: 'OrderNoted' } }), { ...created!, value: JSON.stringify(data) }),
    ).toMatchObject({
      event: { data },
    });
  });

  it('in a string must be a JSON object', () => {
    const identity = { type: 'OrderCreated', subject: '1' };
    expect(withValue('{"id":')).toMatchObject({ reason: 'not-json', ...identity });
    expect(withValue('[1]')).toMatchObject({ reason: 'not-an-envelope', ...identity });
    expect(withValue('"{}"')).toMatchObject({ reason: 'not-an-envelope', ...identity });
    expect(withValue(7)).toMatchObject({ reason: 'not-an-envelope', ...identity });
    expect(read(contractOf(inEnvelope), { ...created!, value: '{"payload":"{"}' })).toMatchObject({
      reason: 'not-json',
    });
    expect(read(contractOf(inEnvelope), { ...created!, value: '[]' })).toMatchObject({
      reason: 'not-an-envelope',
    });
  });
});

it('a key is the aggregate id in each form that a converter gives it', () => {
  const contract = contractOf();
  const [created] = sentUnder('type-in-header');
  const schema = { type: 'string', optional: false };
  const id = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !text.includes('\0') && !/^["{]/.test(text));
  fc.assert(
    fc.property(id, (subject) => {
      const keys = [subject, JSON.stringify(subject), JSON.stringify({ schema, payload: subject })];
      for (const key of keys)
        expect(read(contract, { ...created!, key })).toMatchObject({ ok: true, event: { subject } });
    }),
  );
  for (const key of ['7', JSON.stringify({ schema: { type: 'int64', optional: false }, payload: 7 })])
    expect(read(contract, { ...created!, key })).toMatchObject({ event: { subject: '7' } });
  expect(read(contract, { ...created!, key: '{"a":1}' })).toMatchObject({ event: { subject: '{"a":1}' } });
});
