import fc from 'fast-check';
import { letterCursor, pageOf } from './letter-page.ts';

const letters = fc.uniqueArray(
  fc.record({
    at: fc.constantFrom(-1, 0, 1_764_547_200_000, 1_764_547_200_001).map((ms) => new Date(ms).toISOString()),
    id: fc.nat(40).map((offset) => `product.events:0:${offset}`),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);

describe('pages of dead letters', () => {
  it('have each letter once, newest first, also where those shown leave the list meanwhile', () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, limit, leaves) => {
        let left = all;
        let after: string | undefined;
        const seen: typeof all = [];
        do {
          const page = pageOf(left, after, limit);
          seen.push(...page.letters);
          if (leaves) left = left.filter((letter) => !page.letters.includes(letter));
          after = page.next ?? undefined;
          if (after !== undefined) expect(after).toMatch(letterCursor);
        } while (after !== undefined);
        expect(new Set(seen)).toEqual(new Set(all));
        expect(seen).toHaveLength(all.length);
        const moments = seen.map(({ at }) => Date.parse(at));
        expect(moments).toEqual([...moments].sort((a, b) => b - a));
      }),
    );
  });
});
