import fc from 'fast-check';
import { cloudEvents, defineEvents, ignored } from '@reprise/events';
import { contextOf } from '../kafka/record-context.ts';
import type { PartitionRecord } from '../kafka/partition-batch.ts';
import { letterHeaders, parseLetter } from './letter-headers.ts';
import { keepHeaders, keptHeaders, restoreHeaders, type HeaderValue } from './original-headers.ts';
import { readLetter } from './read-letter.ts';

type Headers = NonNullable<PartitionRecord['headers']>;

const origin = { topic: 'orders', topicId: 'an-id', at: '2026-11-21T08:00:00.000Z' };
const letterOf = (headers: Headers, value = Buffer.from('{}')) => ({
  ...{
    partition: 0,
    offset: 7n,
    key: Buffer.from('o-1'),
    value,
    reason: 'unknown-type',
    message: 'm',
    attempts: 1,
  },
  ...{ headers, timestamp: '1763725861000' },
});

/** Headers as a broker gives them back: pairs of a name and bytes. */
const pairsOf = (headers: Record<string, HeaderValue>): [string, Buffer][] =>
  Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, Buffer] => [name, Buffer.from(value)]),
  );
/** A letter as it is read back from its topic. */
const stored = (letter: ReturnType<typeof letterOf>) => {
  const pairs = pairsOf(letterHeaders(letter, origin));
  const texts = Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
  return parseLetter(texts, letter, pairs)!;
};

const name = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    'reason',
    'original-header-reason',
    '__proto__',
    'constructor',
    'toString',
    'original-headers-left-out',
    '',
  ),
);
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const one = fc.oneof(bytes, fc.constant(null as unknown as Buffer));
const headersOf = fc
  .array(fc.tuple(name, fc.oneof(one, fc.array(one, { maxLength: 3 }))), { maxLength: 20 })
  .map((all) => Object.fromEntries(all) as Headers);
const wellFormed = (headers: Headers) => Object.keys(headers).filter((key) => key.isWellFormed());

describe('the headers of a record in its dead letter', () => {
  it('are the same to a contract, whatever their names and bytes', () => {
    fc.assert(
      fc.property(headersOf, (headers) => {
        const letter = letterOf(headers);
        const before = contextOf(letter);
        const { original } = stored(letter);
        const after = contextOf({ ...letter, ...original });
        for (const key of [...wellFormed(headers), 'absent', 'hasOwnProperty'])
          expect(after.header(key)).toEqual(before.header(key));
        expect(after.timestamp!()).toBe(1_763_725_861_000);
      }),
      { numRuns: 300 },
    );
  });

  it('keep all values of a name, and nothing that is no value', () => {
    const several = {
      a: [Buffer.from('1'), '2'],
      constructor: [Object, Buffer.from('x')] as never,
      b: undefined,
    };
    const { headers } = restoreHeaders(pairsOf(keepHeaders(several)));
    expect(headers).toEqual({ a: [Buffer.from('1'), Buffer.from('2')], constructor: Buffer.from('x') });
  });

  it('are bounded in number and size, the smallest kept first, and the letter says what it does not have', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`h-${index}`, 'v']));
    const big = { big: Buffer.alloc(keptHeaders.bytes), ['n'.repeat(200)]: Buffer.alloc(20_000), type: 'x' };
    for (const [headers, count] of [
      [many, 436],
      [big, 1],
      [{ ...many, ...big }, 439],
    ] as const) {
      const kept = keepHeaders(headers);
      expect(Object.keys(kept).length).toBeLessThanOrEqual(keptHeaders.names + 1);
      const size = pairsOf(kept).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
      expect(size).toBeLessThanOrEqual(keptHeaders.bytes + 4_000);
      expect(restoreHeaders(pairsOf(kept)).leftOut).toMatchObject({ count });
      expect(kept['original-header-big']).toBeUndefined();
    }
    expect(restoreHeaders(pairsOf(keepHeaders(big)))).toMatchObject({
      headers: { type: Buffer.from('x') },
      leftOut: { count: 1, names: ['big'] },
    });
  });

  it('that somebody else wrote are taken as they are, and whatever they leave out may be any', () => {
    for (const text of ['', '{', 'null', '[]', '{"count":1}', '{"count":"1","names":["a"]}'])
      expect(restoreHeaders([['original-headers-left-out', Buffer.from(text)]]).leftOut).toEqual({
        count: Infinity,
        names: [],
      });
  });
});

describe('a dead letter that lacks headers', () => {
  const events = defineEvents({
    aggregates: { order: { 'order.placed': { data: ignored } } },
    reader: cloudEvents(),
  });
  const binary = {
    ce_specversion: '1.0',
    ce_id: 'e-1',
    ce_source: '/orders',
    ce_type: 'order.placed',
    ce_subject: 'o-1',
    ce_time: '2026-11-20T09:31:01Z',
    ce_aggregatetype: 'order',
    ce_aggregateversion: '1',
    ce_correlationid: 'c-1',
    'content-type': 'application/json',
  };

  it('is read as its record was, where none of them is asked for', () => {
    const letter = stored(letterOf({ ...binary, trace: Buffer.alloc(100_000) }));
    expect(letter.original?.leftOut).toEqual({ count: 1, names: ['trace'] });
    expect(readLetter(events, letter)).toMatchObject({
      ok: true,
      event: { id: 'e-1', type: 'order.placed' },
    });
  });

  it('is no event where one is asked for, rather than another event', () => {
    const envelope = {
      specversion: '1.0',
      ...Object.fromEntries(Object.entries(binary).map(([key, value]) => [key.slice(3), value])),
    };
    const value = Buffer.from(
      JSON.stringify({ ...envelope, aggregateversion: 1, datacontenttype: 'application/json', data: {} }),
    );
    const letter = stored(letterOf({ ...binary, ce_specversion: Buffer.alloc(100_000) }, value));
    expect(readLetter(events, letter)).toMatchObject({
      ok: false,
      reason: 'not-an-envelope',
      message:
        'not an event envelope: its header "ce_specversion" is left out of the dead letter, which keeps only smaller ones',
      subject: 'o-1',
    });
  });
});
