import fc from 'fast-check';
import {
  cloudEvents,
  debeziumOutbox,
  defineEvents,
  isStorableText,
  plainJson,
  readerOf,
  type EnvelopeReader,
} from '../index.ts';
import { recordOf, type SentRecord } from '../testing/record.ts';
import { ticketOptions } from '../testing/ticket-contract.ts';

const readers: readonly (readonly [string, EnvelopeReader])[] = [
  ['cloudEvents', cloudEvents()],
  ['debeziumOutbox in headers', debeziumOutbox({ version: { header: 'version' } })],
  ['debeziumOutbox in the envelope', debeziumOutbox({ envelope: true, version: 'version', time: 'time' })],
  [
    'plainJson',
    plainJson({
      type: ['type', { header: 'type' }],
      aggregateId: ['/data/id', { key: true }],
      time: [{ header: 'time' }, { timestamp: true }],
      version: 'version',
      aggregateType: { header: 'aggregateType' },
    }),
  ],
  [
    'readerOf',
    readerOf((value, record) => {
      const found = JSON.parse(String(value)) as { data: object };
      return {
        id: String(record.key),
        type: String(record.header('type')),
        aggregateId: 1,
        time: 0,
        data: found.data,
      };
    }),
  ],
];

const names = [
  ...['content-type', 'ce_specversion', 'ce_type', 'ce_id', 'ce_subject', 'ce_time', 'ce_aggregateversion'],
  ...['id', 'type', 'eventType', 'version', 'time', 'aggregateType', '__proto__', 'constructor', 'toString'],
];
const texts = [
  ...[
    'application/json',
    'application/cloudevents+json',
    '1.0',
    'ticket.opened.v1',
    'ticket',
    '1',
    '',
    '\0',
    '\ud800',
  ],
  ...[
    '9007199254740993',
    '2026-11-20T09:31:01Z',
    '{"schema":null,"payload":1}',
    '"x',
    '{',
    'x'.repeat(10_000),
  ],
];
const header = fc.tuple(
  fc.oneof(fc.constantFrom(...names), fc.string()),
  fc.oneof(
    fc.constantFrom(...texts),
    fc.constantFrom(...texts).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  ),
);
const record: fc.Arbitrary<SentRecord> = fc.record({
  key: fc.oneof(
    fc.constant(null),
    header.map(([, text]) => text),
  ),
  headers: fc.array(header, { maxLength: 12 }),
  position: fc.bigInt({ min: 0n, max: 2n ** 53n - 2n }),
  timestamp: fc.oneof(fc.constantFrom(-1, 0, 1e15, 1e300, NaN), fc.integer()),
});
const members = [
  'specversion',
  'id',
  'type',
  'eventType',
  'subject',
  'version',
  'time',
  'payload',
  'schema',
  'data',
];
const json = fc.oneof(
  fc.json(),
  fc
    .dictionary(
      fc.constantFrom(...members, '__proto__', 'constructor'),
      fc.oneof(fc.constantFrom<unknown>(...texts), fc.jsonValue()),
      { noNullPrototype: false },
    )
    .map((object) => JSON.stringify(object)),
);
const value = fc.oneof(
  fc.constant(null),
  json,
  fc.string({ unit: 'binary' }),
  json.map((text) => Buffer.from(text)),
  json.map((text) => Buffer.from(JSON.stringify(text))),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

describe.each(readers)('any record read by %s', (_, reader) => {
  const contracts = (['sequence', 'position'] as const)
    .filter((versions) => versions === 'position' || reader.counts)
    .map((versions) => defineEvents({ ...ticketOptions, reader, versions }));

  it('is an event within all bounds, or says why in storable text, and nothing is thrown', () => {
    const reasons = new Set<string>();
    fc.assert(
      fc.property(value, record, (value, sent) => {
        for (const contract of contracts) {
          const result = contract.read(value, recordOf(sent));
          if (result.ok) {
            expect(contract.violationOf(result.event)).toBeUndefined();
            continue;
          }
          reasons.add(result.reason);
          const { message, path = '', type = '', subject = '', aggregateVersion = 0 } = result;
          for (const text of [message, path, type, subject]) expect(isStorableText(text)).toBe(true);
          expect(message.length).toBeLessThan(300);
          expect(type.length).toBeLessThan(200);
          expect(subject.length).toBeLessThan(200);
          expect(Number.isSafeInteger(aggregateVersion)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
    for (const reason of ['null-value', 'not-an-envelope']) expect(reasons).toContain(reason);
  });
});
