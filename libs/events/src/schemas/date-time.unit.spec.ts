import fc from 'fast-check';
import { isDateTime } from './date-time.ts';

describe('isDateTime', () => {
  it.each([
    '2026-11-20T09:31:01Z',
    '2026-11-20T09:31:01.007Z',
    '2026-11-20T09:31:01.123456789Z',
    '2024-02-29T23:59:59Z',
    '2000-02-29T00:00:00Z',
    '2026-11-20T09:31:01+02:00',
    '0001-01-01T00:00:00Z',
  ])('accepts %s', (text) => expect(isDateTime(text)).toBe(true));

  it.each([
    '',
    '2026-11-20',
    '2026-11-20 09:31:01Z',
    '2026-11-20T09:31:01',
    '2026-11-20T09:31Z',
    '2026-11-20T09:31:01.Z',
    '2026-11-20T09:31:01.1234567890Z',
    '2026-13-20T09:31:01Z',
    '2026-00-20T09:31:01Z',
    '2026-11-31T09:31:01Z',
    '2026-11-00T09:31:01Z',
    '2026-02-29T09:31:01Z',
    '1900-02-29T09:31:01Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T09:60:01Z',
    '2026-11-20T09:31:60Z',
    '0000-01-01T00:00:00Z',
    '2026-11-20T09:31:01+24:00',
    '2026-11-20T09:31:01+02:60',
    '2026-11-20T09:31:01Z\n',
    '٢٠٢٦-11-20T09:31:01Z',
  ])('refuses %j', (text) => expect(isDateTime(text)).toBe(false));

  it('accepts every moment JavaScript writes and reads no day that it would move', () => {
    fc.assert(
      fc.property(
        fc.nat(9998),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (y, month, day) => {
          const pad = (value: number, width: number) => String(value).padStart(width, '0');
          const text = `${pad(y + 1, 4)}-${pad(month, 2)}-${pad(day, 2)}T00:00:00.000Z`;
          expect(isDateTime(text)).toBe(new Date(text).toJSON() === text);
        },
      ),
    );
  });
});
