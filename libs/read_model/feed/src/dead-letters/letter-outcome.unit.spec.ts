import { outcomeOfVersion } from './letter-outcome.ts';

const stopped = { reason: 'not-applicable', message: 'it cannot be' };
const search = { projection: 'product_search', before: 2, after: 5 };

describe('what became of a redriven letter', () => {
  it('depends on how far its aggregate got', () => {
    const given = [2, 4, 6, 7];
    const progress = [{ ...search, stopped }];
    const outcomes = given.map((version) => outcomeOfVersion(version, given, progress).outcome);
    expect(outcomes).toEqual(['contained', 'applied', 'refused', 'waits']);
    expect(outcomeOfVersion(6, given, progress).detail).toBe('product_search: it cannot be');
    expect(outcomeOfVersion(7, given, progress).detail).toBe(
      'product_search: version 6 comes first, and was refused: it cannot be',
    );
  });

  it('is the worst of the read models', () => {
    const behind = {
      projection: 'product_summary',
      before: 1,
      after: 2,
      stopped: { reason: '', message: 'version 3 is missing' },
    };
    expect(outcomeOfVersion(4, [4], [search, behind])).toEqual({
      outcome: 'waits',
      detail: 'product_summary: version 3 is missing; it has to come first',
    });
  });

  it('is a refusal where nothing is fed', () => {
    expect(outcomeOfVersion(1, [1], []).outcome).toBe('refused');
  });
});
