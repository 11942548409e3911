import { entityTagOf, isExpected, parseIfMatch } from './if-match.ts';

describe('If-Match', () => {
  it.each([
    ['"3"', [3]],
    ['"1", "2","7"', [1, 2, 7]],
    ['W/"3"', []],
    ['W/"3", "4"', [4]],
    ['"abc"', []],
    ['"03"', []],
    ['"0"', []],
    ['"-1"', []],
    ['"99999999999"', []],
    ['""', []],
    [' "3" ', [3]],
  ])('reads %s as the versions %j', (header, expected) => {
    expect(parseIfMatch(header)).toEqual({ outcome: 'given', expected });
  });

  it('reads * as any version', () => {
    expect(parseIfMatch('*')).toEqual({ outcome: 'given', expected: 'any' });
  });

  it.each([undefined, '', '  '])('calls %j missing', (header) => {
    expect(parseIfMatch(header)).toEqual({ outcome: 'missing' });
  });

  it.each(['3', '"3', "'3'", '"3" "4"', '"3";"4"', '*, "3"', 'w/"3"', '"a"b"', ',"3"'])(
    'calls %s malformed',
    (header) => {
      expect(parseIfMatch(header)).toEqual({ outcome: 'malformed' });
    },
  );

  it('expects a listed version, or any', () => {
    expect(isExpected([2, 3], 3)).toBe(true);
    expect(isExpected([2, 3], 4)).toBe(false);
    expect(isExpected([], 1)).toBe(false);
    expect(isExpected('any', 9)).toBe(true);
  });

  it('reads back the tag it writes', () => {
    expect(parseIfMatch(entityTagOf(12))).toEqual({ outcome: 'given', expected: [12] });
  });
});
