import fc from 'fast-check';
import { emptyTally, listedRefusals, sumTallies, tallyRefused } from './slice-tally.ts';

const refused = fc.array(
  fc.record({ id: fc.string({ unit: 'binary' }), reason: fc.string({ unit: 'binary', maxLength: 2_000 }) }),
  { maxLength: 40 },
);

describe('documents that a store refuses', () => {
  it('are all counted, and the first listed within bounds and as text that can be stored', () => {
    fc.assert(
      fc.property(fc.array(refused, { maxLength: 4 }), (slices) => {
        const tallies = slices.map((groups) => {
          const tally = emptyTally();
          tallyRefused(tally, groups.slice(0, 3));
          tallyRefused(tally, groups.slice(3));
          return tally;
        });
        const total = sumTallies(tallies);
        const all = slices.flat();
        expect(total.rejectedCount).toBe(all.length);
        expect(total.rejected).toHaveLength(Math.min(all.length, listedRefusals));
        for (const { id, reason } of total.rejected) {
          expect((id + reason).isWellFormed()).toBe(true);
          expect(id + reason).not.toContain('\0');
          expect(reason.length).toBeLessThan(600);
        }
      }),
    );
  });
});
