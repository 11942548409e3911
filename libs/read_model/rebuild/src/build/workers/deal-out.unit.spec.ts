import { DependencyError } from '@reprise/read-model-indices';
import fc from 'fast-check';
import { RebuildError } from '../../errors.ts';
import { dealOut } from './build-with-workers.ts';
import { errorOf, faultOf } from './faults.ts';

const slices = fc
  .array(fc.nat(1000), { maxLength: 20 })
  .map((lengths) => lengths.map((length, slice) => ({ slice, start: 0n, end: BigInt(length) })));

describe('slices dealt out to threads', () => {
  it('go to one thread each, and to no more threads than there are slices', () => {
    fc.assert(
      fc.property(slices, fc.integer({ min: 1, max: 8 }), (given, hands) => {
        const dealt = dealOut(given, hands);
        expect(dealt.flat().sort((a, b) => a - b)).toEqual(given.map(({ slice }) => slice));
        expect(dealt).toHaveLength(Math.min(hands, given.length));
      }),
    );
  });

  it('leave no thread with more than the others and one slice', () => {
    const even = Array.from({ length: 6 }, (_, slice) => ({ slice, start: 0n, end: 100n }));
    expect(dealOut(even, 4).map((hand) => hand.length)).toEqual([2, 2, 1, 1]);
    const [first] = dealOut([{ slice: 0, start: 0n, end: 900n }, ...even.slice(1)], 2);
    expect(first).toEqual([0]);
  });
});

describe('an error that comes from a thread', () => {
  it('is of the class that decides how the run ends', () => {
    const lost = errorOf(faultOf(new RebuildError('HISTORY_INCOMPLETE', 'offset 3 is gone')));
    expect(lost).toBeInstanceOf(RebuildError);
    expect(lost).toMatchObject({ code: 'HISTORY_INCOMPLETE', message: 'offset 3 is gone' });
    const away = errorOf(faultOf(new DependencyError('kafka', 'no leader')));
    expect(away).toBeInstanceOf(DependencyError);
    expect(away).toMatchObject({ dependency: 'kafka', message: 'no leader' });
    expect(errorOf(faultOf('text')).message).toBe('text');
  });
});
