import { bytes, counted, duration, json, percent, position, rate, remaining } from './format.ts';
import { age, local, utc, utcClock } from './moments.ts';
import { tickLabel, timeTicks, valueTicks } from './ticks.ts';

describe('numbers with their units', () => {
  it('are written as people read them', () => {
    expect([counted(1, 'event'), counted(2_000_000, 'event')]).toEqual(['1 event', '2,000,000 events']);
    expect([bytes(0), bytes(512), bytes(1_530), bytes(2_340_000_000)]).toEqual([
      '0 B',
      '512 B',
      '1.5 kB',
      '2.3 GB',
    ]);
    expect([rate(0.3), rate(9.96), rate(12_345.6)]).toEqual([
      '0.3 events/s',
      '10 events/s',
      '12,346 events/s',
    ]);
    expect(json(undefined)).toBe('absent');
  });

  it('never call something done that is not', () => {
    expect([percent(99.97), percent(100)]).toEqual(['99 %', '100 %']);
  });

  it('keep every digit of a position beyond what a number can hold', () => {
    expect(position('9223372036854775807')).toBe('9,223,372,036,854,775,807');
    expect(remaining('9223372036854775806', '9223372036854775807')).toBe(1n);
    expect(remaining('7', '5')).toBe(0n);
  });
});

describe('spans', () => {
  it.each([
    [0, '0 s'],
    [0.44, '0.4 s'],
    [42.4, '42 s'],
    [60, '1 min'],
    [200, '3 min 20 s'],
    [7_500, '2 h 5 min'],
    [349_200, '4 d 1 h'],
  ])('of %s s read %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

describe('moments', () => {
  it('are shown in UTC, in the reader’s zone when asked, and by age', () => {
    const at = '2026-11-30T03:04:05.678Z';
    expect(utc(at)).toBe('2026-11-30 03:04:05 UTC');
    expect(utcClock(Date.parse(at))).toBe('03:04:05');
    expect(local(at, 'Europe/Vienna')).toBe('30 Nov 2026, 04:04:05 CET');
    expect(age(at, Date.parse(at) + 200_500)).toBe('3 min 20 s ago');
    expect(age(at, Date.parse(at) - 5_000)).toBe('in 5 s');
    expect(age(at, Date.parse(at))).toBe('now');
  });
});

describe('axes', () => {
  it('have few marks, at numbers and moments that are round', () => {
    expect(valueTicks(8_300)).toEqual([0, 5_000, 10_000]);
    expect(valueTicks(0.7)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(valueTicks(0)).toEqual([0, 0.5, 1]);
    expect([tickLabel(0.5), tickLabel(250), tickLabel(12_000), tickLabel(1_200_000)]).toEqual([
      '0.5',
      '250',
      '12k',
      '1.2M',
    ]);
    const from = Date.parse('2026-11-30T03:00:07Z');
    expect(timeTicks(from, from + 120_000).map(utcClock)).toEqual([
      '03:00:30',
      '03:01:00',
      '03:01:30',
      '03:02:00',
    ]);
  });
});

describe('a document', () => {
  it('is JSON in which nothing hides, or has something else read in another order', () => {
    const text = 'a\u202eb\u2066c\u200bd\u00ade\u{e0041}f\u0085g';
    const shown = json({ text }, 2);
    expect(shown).toBe('{\n  "text": "a\\u202eb\\u2066c\\u200bd\\u00ade\\udb40\\udc41f\\u0085g"\n}');
    expect(JSON.parse(shown)).toEqual({ text });
  });

  it('keeps the letters of every script, and what joins them', () => {
    const text = 'مرحبا שלום می\u200cخواهم 👩\u200d💻 é';
    expect(json(text)).toBe(`"${text}"`);
  });
});
