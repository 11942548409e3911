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
const harmful =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/;
const withoutPairs = (text: string) => text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '');

describe('text from outside on a terminal', () => {
  it('holds nothing that a terminal obeys and breaks no line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(withoutPairs(printable(text))).not.toMatch(harmful);
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
        expect(withoutPairs(shown.replaceAll(/[\n\t]/g, ''))).not.toMatch(harmful);
        expect(shown.split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });

  it('as JSON holds the same values, escaped', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        for (const json of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
          expect(withoutPairs(printableJson(json).replaceAll('\n', ''))).not.toMatch(harmful);
        }
      }),
    );
  });
});
