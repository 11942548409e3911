import { productEvents } from '@reprise/product-events';
import { step, productHistory } from '@reprise/product-events/testing';
import * as fc from 'fast-check';
import { isTextWithin } from '@reprise/write-api';

describe('a text field', () => {
  it('takes exactly the texts that the schema of the event takes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 210, size: 'max' }),
      fc.string({
        unit: fc.constantFrom('a', '\u0000', '\ud800', '\udc00', '\u{1F600}', '\ufe0f', ' '),
        maxLength: 210,
      }),
      fc.string({ unit: 'grapheme', minLength: 195, maxLength: 205 }),
    );
    fc.assert(
      fc.property(text, (title) => {
        const [event] = productHistory({ events: [step.created({ title })] });
        expect(isTextWithin(title, { minLength: 1, maxLength: 200 })).toBe(
          productEvents.violationOf(event!) === undefined,
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each([undefined, null, 7, true, ['a'], { length: 3 }])('takes no %j', (value) => {
    expect(isTextWithin(value, { minLength: 0, maxLength: 10 })).toBe(false);
  });
});
