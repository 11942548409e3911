import fc from 'fast-check';
import { printable, printableJson, printableLines } from './printable.ts';

/** Escape and control characters of both ranges, line breaks of every kind, marks that turn text around, a tag, half a pair. */
const obeyed = [
  '\u001b[2J',
  '\u009b31m',
  '\r',
  '\n',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u202e',
  '\u2066',
  '\u200b',
  '\0',
  '\x7f',
  '\u{e0041}',
  '\ud800',
  '\ufeff',
];
const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...obeyed, '"', '\\')), { maxLength: 8 })
  .map((parts) => parts.join(''));
/** By code point, from the Unicode charts and not by the categories that the code uses. */
const harmfulRanges = [
  [0x0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xd800, 0xdfff],
] as const;
const harmfulIn = (text: string) =>
  [...text].filter((character) =>
    harmfulRanges.some(
      ([first, last]) => character.codePointAt(0)! >= first && character.codePointAt(0)! <= last,
    ),
  );

describe('text from outside on a terminal', () => {
  it('holds nothing that a terminal obeys and breaks no line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(harmfulIn(printable(text))).toEqual([]);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
    expect(printable('a\u001b[31mRED\nproduct_search: clean')).toBe(
      'a\uFFFD[31mRED\uFFFDproduct_search: clean',
    );
    expect(printable('Straße ☂ 💡 日本')).toBe('Straße ☂ 💡 日本');
  });

  it('is cut where it is long, also in the middle of a pair', () => {
    expect(printable('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}…`);
    expect(printable('💡💡', 3)).toBe('💡\uFFFD…');
  });

  it('of several lines keeps its line breaks and tabs and nothing else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = printableLines(text);
        expect(harmfulIn(shown.replaceAll(/[\n\t]/g, ''))).toEqual([]);
        expect(shown.split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });

  it('as JSON holds the same values, escaped', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        for (const json of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
          expect(harmfulIn(printableJson(json).replaceAll('\n', ''))).toEqual([]);
        }
      }),
    );
  });
});
