import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { useFastKeywords } from './fast-keywords.ts';

describe('the fast keywords', () => {
  it("count characters as ajv's own do, also where surrogates stand alone", () => {
    const schema = { type: 'string', minLength: 3, maxLength: 5 };
    const fast = new Ajv2020();
    useFastKeywords(fast);
    const [ours, theirs] = [fast.compile(schema), new Ajv2020().compile(schema)];
    const unit = fc.constantFrom('a', '💡', '\ud83d', '\udca1', '\ud83e');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        expect(ours(text)).toBe(theirs(text));
        expect(ours.errors?.[0]?.message).toBe(theirs.errors?.[0]?.message);
      }),
      { numRuns: 1000 },
    );
  });
});
