import type { JudgedLetter } from './judged-letters.ts';
import { matchesFilter, mayMatch, parsePlaces, placesOf, placesText } from './letter-filter.ts';

const decoded = { ok: false, reason: 'unknown-type', message: '' } as const;
const letter = {
  ...{ topic: 'orders', partition: 3, offset: 42n, key: null, value: null, attempts: 1 },
  ...{ reason: 'unknown-type', message: '', deadLetteredAt: '', headers: {}, type: 'order.priced.v2' },
  place: { topic: 'dlq.orders', partition: 0, offset: 7n },
};
const judged: JudgedLetter = {
  ...{ id: 'orders:3:42', letter, decoded, aggregateId: 'an-order', state: 'open', live: [], actions: [] },
};

describe('a filter of dead letters', () => {
  it('means those that match each of what it says', () => {
    expect(matchesFilter(judged, {})).toBe(true);
    const all = { type: 'order.priced.v2', error: 'unknown-type', aggregateId: 'an-order' };
    expect(matchesFilter(judged, all)).toBe(true);
    for (const other of [{ type: 'order.priced' }, { error: 'not-json' }, { aggregateId: 'an' }])
      expect(matchesFilter(judged, { ...all, ...other })).toBe(false);
  });

  it('means none that does not say what it asks for, whatever that is called', () => {
    const { type: _, ...untyped } = letter;
    const { aggregateId: __, ...nobodys } = { ...judged, letter: untyped };
    for (const asked of ['__proto__', 'undefined', '']) {
      expect(matchesFilter(nobodys, { type: asked })).toBe(false);
      expect(matchesFilter(nobodys, { aggregateId: asked })).toBe(false);
    }
    // What is not known yet can still turn out to match.
    expect(mayMatch(untyped, { type: 'order.priced.v2' })).toBe(true);
  });

  it('finds texts as they are shown', () => {
    const hostile = { ...judged, letter: { ...letter, reason: 'x\u001b[31m' } };
    expect(matchesFilter(hostile, { error: 'x\uFFFD[31m' })).toBe(true);
    expect(matchesFilter(hostile, { error: 'x[31m' })).toBe(false);
  });

  it('ends at the places it is bound to', () => {
    const upTo = (text: string) => matchesFilter(judged, { upTo: parsePlaces(text)! });
    expect(upTo('dlq.orders:0:8')).toBe(true);
    expect(upTo('dlq.orders:0:7')).toBe(false);
    for (const elsewhere of ['dlq.orders:1:8', 'dlq.others:0:8']) expect(upTo(elsewhere)).toBe(false);
    expect(matchesFilter({ ...judged, letter: { ...letter, place: undefined! } }, { upTo: new Map() })).toBe(
      false,
    );
  });
});

describe('places in dead-letter topics', () => {
  it('are those of what stands there now, and read as they are written', () => {
    const topic = (name: string, ...ends: [bigint, bigint][]) => ({
      ...{ name, id: '', retention: undefined! },
      partitions: ends.map(([logStart, end], partition) => ({ partition, logStart, end })),
    });
    const places = placesOf([
      topic('dlq.a', [0n, 5n], [3n, 3n], [2n, 9n]),
      topic('dlq.b', [0n, 1n]),
    ] as never);
    expect(placesText(places)).toBe('dlq.a:0:5,dlq.a:2:9,dlq.b:0:1');
    expect(parsePlaces(placesText(places))).toEqual(places);
  });

  it.each(['', 'dlq.a', 'dlq.a:0', 'dlq.a:0:-1', 'dlq.a:0:1,', 'a b:0:1', '2026-11-21T03:00:00Z'])(
    'are none: "%s"',
    (text) => expect(parsePlaces(text)).toBeUndefined(),
  );
});
