import { bytesForDocuments, leastMemoryBytes } from './memory-budget.ts';

const mebibyte = 1 << 20;

describe('the memory of a build', () => {
  it('is enough at the least the command line takes, 384 MB, and grows with the threads', () => {
    expect(leastMemoryBytes(1)).toBeLessThanOrEqual(384 * mebibyte);
    expect(leastMemoryBytes(3)).toBeGreaterThan(leastMemoryBytes(2));
  });

  it('leaves documents their least share at the least, and more of a larger one', () => {
    expect(bytesForDocuments(leastMemoryBytes(1), 0)).toBeCloseTo(16 * mebibyte);
    expect(bytesForDocuments(1024 * mebibyte, 0)).toBeGreaterThan(bytesForDocuments(512 * mebibyte, 0));
    expect(bytesForDocuments(1024 * mebibyte, 2)).toBeLessThan(bytesForDocuments(1024 * mebibyte, 0));
  });
});
