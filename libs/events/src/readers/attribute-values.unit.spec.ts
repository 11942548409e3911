import fc from 'fast-check';
import { isDateTime } from '../schemas/date-time.ts';
import { identifierText, timeText, wholeNumber } from './attribute-values.ts';

describe('a time', () => {
  it('in milliseconds is that moment, as a number, as digits and as a Date', () => {
    const moment = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moment, (date) => {
        for (const form of [date, date.getTime(), String(date.getTime()), BigInt(date.getTime())])
          expect(timeText(form)).toBe(date.toISOString());
      }),
    );
  });

  it('with an offset is the same moment in UTC and keeps its fraction', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    const offset = fc
      .record({ sign: fc.constantFrom('+', '-'), hours: fc.nat(23), minutes: fc.nat(59) })
      .map(({ sign, hours, minutes }) => `${sign}${two(hours)}:${two(minutes)}`);
    const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,9}$/));
    const seconds = fc
      .date({
        min: new Date('0002-01-01T00:00:00Z'),
        max: new Date('9998-12-31T23:59:59Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString().slice(0, 19));
    fc.assert(
      fc.property(seconds, fraction, offset, (local, digits, zone) => {
        const utc = timeText(`${local}${digits}${zone}`) as string;
        expect(isDateTime(utc)).toBe(true);
        expect(utc.slice(19)).toBe(`${digits}Z`);
        expect(Date.parse(`${utc.slice(0, 19)}Z`)).toBe(Date.parse(`${local}${zone}`));
      }),
    );
  });

  it.each([
    ['2026-11-20T09:31:01.123456789Z', '2026-11-20T09:31:01.123456789Z'],
    ['2026-11-20T09:31:01.123456789+02:00', '2026-11-20T07:31:01.123456789Z'],
    ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00Z'],
  ])('%s is %s', (text, utc) => expect(timeText(text)).toBe(utc));

  it.each([
    '2026-11-20T09:31:01',
    '2026-11-20',
    '20 Nov 2026',
    '',
    'now',
    '2026-02-30T00:00:00+01:00',
    1556890294.344,
    8_640_000_000_000_001,
    1e300,
    NaN,
    null,
    undefined,
    true,
    [1556890294344],
  ])('is not what %j is, which stays as it is', (value) => expect(timeText(value)).toBe(value));

  it('outside the years that a date-time has stays none', () => {
    for (const value of [
      new Date(NaN),
      -62_135_596_800_001,
      253_402_300_800_000,
      '0001-01-01T00:30:00+01:00',
    ])
      expect(isDateTime(timeText(value) as string)).toBe(false);
  });
});

describe('a number', () => {
  it('is an identifier where JSON keeps it exact', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => expect(identifierText(n)).toBe(String(n))));
    expect(identifierText(2n ** 60n)).toBe('1152921504606846976');
    expect(identifierText('007')).toBe('007');
    for (const value of [2 ** 53, 1.5, NaN, null, undefined, {}]) expect(identifierText(value)).toBe(value);
  });

  it('is a count, as are its digits', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        for (const form of [n, String(n), BigInt(n)]) expect(wholeNumber(form)).toBe(n === 0 ? 0 : n);
      }),
    );
    for (const value of [
      '9007199254740992',
      2n ** 53n,
      '1.0',
      '1e3',
      ' 1',
      '+1',
      '',
      '٣',
      1.5,
      null,
      undefined,
    ])
      expect(wholeNumber(value)).toBe(value);
  });
});
