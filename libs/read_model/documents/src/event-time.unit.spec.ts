import fc from 'fast-check';
import { isInMilliseconds, toMilliseconds } from './event-time.ts';

/** The rule itself: what a `Date` writes as it was read. */
function writtenAsRead(text: string): boolean {
  const time = new Date(text);
  return /^\d{4}-/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

const times = fc.date({
  min: new Date('0000-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const digits = (most: number) =>
  fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'));
/** Texts of the right shape, most of them a little beyond what a calendar or a clock has. */
const nearly = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), digits(14), digits(33), digits(25), digits(61), digits(61))
  .map(([year, month, date, hour, minute, second]) => {
    return `${String(year).padStart(4, '0')}-${month}-${date}T${hour}:${minute}:${second}.000Z`;
  });

describe('a time in UTC with milliseconds', () => {
  it('is what a Date writes as it was read, and nothing else', () => {
    fc.assert(
      fc.property(nearly, (text) => expect(isInMilliseconds(text)).toBe(writtenAsRead(text))),
      {
        numRuns: 2_000,
      },
    );
    fc.assert(fc.property(times, (time) => expect(isInMilliseconds(time.toISOString())).toBe(true)));
  });

  it.each([
    ['2024-02-29T00:00:00.000Z', true],
    ['2026-02-29T00:00:00.000Z', false],
    ['1900-02-29T00:00:00.000Z', false],
    ['2026-04-31T00:00:00.000Z', false],
    ['2026-01-01T24:00:00.000Z', false],
    ['2026-12-31T23:59:60.000Z', false],
    ['2026-01-01T00:00:00Z', false],
    ['2026-01-01T00:00:00.000+00:00', false],
    ['+012026-01-01T00:00:00.000Z', false],
    ['2026-01-01T00:00:00.000Z\n', false],
  ])('%j: %s', (text, is) => expect(isInMilliseconds(text)).toBe(is));

  it('is made of any other notation, and of a time that no calendar has it is not', () => {
    fc.assert(
      fc.property(times, (time) => {
        const text = time.toISOString();
        expect(toMilliseconds(text)).toBe(text);
        expect(toMilliseconds(text.replace('Z', '123Z'))).toBe(text);
        expect(toMilliseconds(text.replace('Z', '+00:00'))).toBe(text);
      }),
    );
    expect(() => toMilliseconds('2026-13-01T00:00:00.000Z')).toThrow(RangeError);
  });
});
