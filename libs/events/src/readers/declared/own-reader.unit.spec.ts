import fc from 'fast-check';
import {
  defineEvents,
  jsonData,
  readerOf,
  type EventAttributes,
  type ReadRecord,
  type ReadResult,
} from '../../index.ts';
import { recordOf } from '../../testing/record.ts';

const aggregates = {
  meter: { read: { data: jsonData<{ readonly watts: number }>({ type: 'object' }) } },
} as const;
const contractOf = (read: ReadRecord) =>
  defineEvents({ aggregates, reader: readerOf(read, { format: 'meter CSV', counts: true }) });
const attributes = {
  id: 7n,
  type: 'read',
  aggregateId: 12,
  time: new Date('2026-11-20T09:31:01.007Z'),
  version: '3',
  data: { watts: 40 },
};
let returned: () => unknown;
const meters = contractOf(() => returned() as EventAttributes);
/** What a contract makes of whatever a reader returned or threw. */
function outcome(read: () => unknown, value: Buffer | string | null = 'x'): ReadResult {
  returned = read;
  return meters.read(value, recordOf({}));
}
const throws = (error: unknown) => () => {
  throw error;
};

describe('a reader of the user’s own', () => {
  it('reads any format from value and record, in the forms that declared attributes may have', () => {
    const csv = contractOf((value, record) => {
      const [id, watts] = String(value).split(';');
      return {
        ...attributes,
        id: id!,
        aggregateId: String(record.key),
        time: String(record.header('time')),
        version: record.position() + 1n,
        data: { watts: Number(watts) },
      };
    });
    const headers = [['time', '2026-11-20T10:31:01+01:00']] as const;
    const record = recordOf({ key: Buffer.from('m-1'), headers, position: 4n });
    expect(csv.read(Buffer.from('e-1;40'), record)).toEqual({
      ok: true,
      event: {
        id: 'e-1',
        type: 'read',
        subject: 'm-1',
        time: '2026-11-20T09:31:01Z',
        aggregatetype: 'meter',
        aggregateversion: 5,
        data: { watts: 40 },
      },
    });
    expect(outcome(() => attributes)).toMatchObject({
      event: { id: '7', subject: '12', time: '2026-11-20T09:31:01.007Z', aggregateversion: 3 },
    });
  });

  it('can read records without a value, and otherwise they have none', () => {
    expect(outcome(() => attributes, null)).toMatchObject({ ok: true });
    for (const read of [() => 'nothing here', throws(new TypeError('value is null'))])
      expect(outcome(read, null)).toEqual({
        ok: false,
        reason: 'null-value',
        message: 'the record has no value',
      });
  });

  it.each<[string, () => unknown]>([
    ['no columns', () => 'no columns'],
    ['two lines', () => 'two\n  lines'],
    ['a� b�', () => 'a\0 b\ud800'],
    ['its reader failed: Unexpected', throws(new SyntaxError('Unexpected'))],
    ['its reader failed: text', throws('text')],
    ['its reader failed: undefined', throws(undefined)],
    ['its reader failed: with an error that has no text', throws(Object.create(null))],
    [
      'its reader failed: with an error that has no text',
      throws(Object.assign(new Error(), { message: Object.create(null) as string })),
    ],
    ['its reader returned no attributes', () => undefined],
    ['its reader returned no attributes', () => null],
    ['its reader returned no attributes', () => 7],
    ['its reader returned no attributes', () => [attributes]],
    ['its reader returned a promise; events are read in order', () => Promise.reject(new Error('late'))],
    ['its reader returned data that is no plain object', () => ({ ...attributes, data: new Map() })],
    ['its reader returned data that is no plain object', () => ({ ...attributes, data: undefined })],
    [
      'its reader failed: no id today',
      () => ({
        ...attributes,
        get id() {
          throw new Error('no id today');
        },
      }),
    ],
    ['/type must be string', () => ({ ...attributes, type: Symbol('read') })],
  ])('that finds no event is a failure: %s', (why, read) => {
    expect(outcome(read)).toMatchObject({ ok: false, reason: 'not-an-envelope' });
    expect(outcome(read)).toHaveProperty('message', `not an event envelope: ${why}`);
  });

  it('has its attributes checked as those of every event', () => {
    expect(outcome(() => ({ ...attributes, aggregateId: 2 ** 53 }))).toMatchObject({ path: '/subject' });
    expect(outcome(() => ({ ...attributes, time: 'today' }))).toMatchObject({ path: '/time', subject: '12' });
    expect(outcome(() => ({ ...attributes, version: undefined }))).toMatchObject({
      path: '/aggregateversion',
    });
    expect(outcome(() => ({ ...attributes, type: 'other' }))).toMatchObject({ reason: 'unknown-type' });
    expect(outcome(() => ({ ...attributes, more: 1 }))).not.toHaveProperty('event.more');
    expect(outcome(() => 'long '.repeat(10_000))).toMatchObject({
      message: expect.stringMatching(/^.{1,200}$/),
    });
  });

  it('never makes reading throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (anything) => {
        expect(outcome(() => anything).ok).toBe(false);
        expect(outcome(throws(anything)).ok).toBe(false);
        expect(outcome(() => ({ ...attributes, data: anything, id: anything })).ok).toBe(false);
      }),
    );
  });

  it('needs the record', () => {
    expect(() => contractOf(() => attributes).read('x')).toThrow('meter CSV is read with key, headers');
  });
});
