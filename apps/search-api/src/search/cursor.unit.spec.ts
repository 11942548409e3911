import fc from 'fast-check';
import { sortOrders, type SearchCriteria } from './criteria.ts';
import { decodeCursor, encodeCursor, searchKey } from './cursor.ts';
import { sortKeys } from './sort-keys.ts';

const criteria: SearchCriteria = { text: 'mug', categories: ['kitchen'], sort: 'price' };
const cursorOf = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a cursor', () => {
  it('gives back the sort values it was made of, for every order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sortOrders),
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        (sort, text, number) => {
          const search = { ...criteria, sort };
          const after = sortKeys(sort).map(({ kind }) => (kind === 'text' ? text : number));
          expect(decodeCursor(encodeCursor(search, after), search)).toEqual({ ok: true, after });
        },
      ),
    );
  });

  it('keeps null, the value of a product that has none', () => {
    const after = ['EUR', null, 'id'];
    expect(decodeCursor(encodeCursor(criteria, after), criteria)).toEqual({ ok: true, after });
  });

  it.each<SearchCriteria>([
    { ...criteria, text: 'mugs' },
    { ...criteria, categories: ['kitchen', 'outdoor'] },
    { ...criteria, available: true },
    { ...criteria, sort: '-price' },
    { sort: 'price' },
  ])('does not continue the other search %j', (other) => {
    const cursor = encodeCursor(criteria, ['EUR', 5, 'id']);
    expect(decodeCursor(cursor, other)).toEqual({ ok: false, reason: 'other-search' });
  });

  it.each([
    '',
    '!!!',
    'bm90IGpzb24',
    cursorOf(null),
    cursorOf({}),
    cursorOf([]),
    cursorOf([2, searchKey(criteria), 'EUR', 5, 'id']),
    cursorOf([1, 7, 'EUR', 5, 'id']),
    cursorOf([1, searchKey(criteria)]),
    cursorOf([1, searchKey(criteria), 'EUR', 5]),
    cursorOf([1, searchKey(criteria), 'EUR', 5, 'id', 'more']),
    cursorOf([1, searchKey(criteria), 'EUR', '5', 'id']),
    cursorOf([1, searchKey(criteria), 5, 5, 'id']),
    cursorOf([1, searchKey(criteria), 'EUR', { $gt: 1 }, 'id']),
    cursorOf([1, searchKey(criteria), 'EUR', 5, 'x'.repeat(2_001)]),
  ])('%j is not readable', (cursor) => {
    expect(decodeCursor(cursor, criteria)).toEqual({ ok: false, reason: 'unreadable' });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeCursor(text, criteria).ok).toBe(false)));
    fc.assert(
      fc.property(fc.json(), (json) =>
        expect(decodeCursor(Buffer.from(json).toString('base64url'), criteria).ok).toBe(false),
      ),
    );
  });
});
