import { percentile } from './percentiles.ts';

describe('a percentile', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('at %d of 1 to 100 in any order is %d', (share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  it('is the only value there is, and nothing of nothing', () => {
    expect(percentile([7], 0.99)).toBe(7);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});
