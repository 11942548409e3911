import fc from 'fast-check';
import { sortOrders, type SearchCriteria, type SortOrder } from './criteria.ts';
import { decodeCursor, encodeCursor, searchKey, type Continuation, type SortValues } from './cursor.ts';
import { sortKeys, type SortKey } from './sort-keys.ts';

const criteria: SearchCriteria = { text: 'mug', categories: ['kitchen'], sort: 'price' };
const generation = 'feca65ea-d6c6-4988-b1ee-3aef07427536';
const from: Continuation = { generation, after: ['EUR', 5, 'id'] };
const cursorOf = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
const unreadable = { ok: false, reason: 'unreadable' };

const values: Readonly<Record<SortKey['kind'], fc.Arbitrary<string | number>>> = {
  score: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
  amount: fc.maxSafeInteger(),
  time: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
  text: fc.string({ unit: 'grapheme', maxLength: 100 }).filter((text) => text.length <= 400),
};

const continuations = (sort: SortOrder): fc.Arbitrary<Continuation> =>
  fc.record({
    generation: fc.uuid(),
    after: fc.tuple(...sortKeys(sort).map(({ kind }) => values[kind])),
  });

describe('a cursor', () => {
  it('gives back the generation and the sort values it was made of, for every order', () => {
    const made = fc
      .constantFrom(...sortOrders)
      .chain((sort) => continuations(sort).map((continuation) => ({ sort, continuation })));
    fc.assert(
      fc.property(made, ({ sort, continuation }) => {
        const search = { ...criteria, sort };
        // -0 is 0 in JSON.
        const expected = JSON.parse(JSON.stringify(continuation)) as Continuation;
        expect(decodeCursor(encodeCursor(search, continuation), search)).toEqual({
          ok: true,
          from: expected,
        });
      }),
    );
  });

  it('keeps null only where an index may lack the field', () => {
    const of = (sort: SortOrder, ...after: SortValues) =>
      decodeCursor(encodeCursor({ sort }, { generation, after }), { sort });
    expect(of('title', null, 'id')).toEqual({ ok: true, from: { generation, after: [null, 'id'] } });
    expect(of('title', 'mug', null)).toEqual(unreadable);
    expect(of('price', 'EUR', null, 'id')).toEqual(unreadable);
    expect(of('newest', null, 'id')).toEqual(unreadable);
    expect(of('relevance', null, 1, 'id')).toEqual(unreadable);
  });

  it.each<SearchCriteria>([
    { ...criteria, text: 'mugs' },
    { ...criteria, categories: ['kitchen', 'outdoor'] },
    { ...criteria, available: true },
    { ...criteria, sort: '-price' },
    { sort: 'price' },
  ])('does not continue the other search %j', (other) => {
    expect(decodeCursor(encodeCursor(criteria, from), other)).toEqual({ ok: false, reason: 'other-search' });
  });

  const key = searchKey(criteria);
  it.each([
    '',
    '!!!',
    'bm90IGpzb24',
    cursorOf(null),
    cursorOf({}),
    cursorOf([]),
    cursorOf([1, key, 'EUR', 5, 'id']),
    cursorOf([3, key, generation, 'EUR', 5, 'id']),
    cursorOf([2, 7, generation, 'EUR', 5, 'id']),
    cursorOf([2, key]),
    cursorOf([2, key, 'product_search', 'EUR', 5, 'id']),
    cursorOf([2, key, `${generation},*`, 'EUR', 5, 'id']),
    cursorOf([2, key, generation, 'EUR', 5]),
    cursorOf([2, key, generation, 'EUR', 5, 'id', 'more']),
    cursorOf([2, key, generation, 'EUR', '5', 'id']),
    cursorOf([2, key, generation, 'EUR', 1e19, 'id']),
    cursorOf([2, key, generation, 'EUR', 0.5, 'id']),
    cursorOf([2, key, generation, 5, 5, 'id']),
    cursorOf([2, key, generation, 'EUR', { $gt: 1 }, 'id']),
    cursorOf([2, key, generation, 'EUR', 5, 'x'.repeat(401)]),
    cursorOf([2, key, generation, '\ud800', 5, 'id']),
  ])('%j is not readable', (cursor) => {
    expect(decodeCursor(cursor, criteria)).toEqual(unreadable);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeCursor(text, criteria).ok).toBe(false)));
    fc.assert(
      fc.property(fc.json(), (json) =>
        expect(decodeCursor(Buffer.from(json).toString('base64url'), criteria).ok).toBe(false),
      ),
    );
    expect(decodeCursor(Buffer.from('['.repeat(3_000)).toString('base64url'), criteria)).toEqual(unreadable);
  });
});
