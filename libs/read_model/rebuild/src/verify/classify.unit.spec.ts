import { documentDigest } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { classify, waitingClasses, type DocumentState } from './classify.ts';

const state = (version: number, content = 'same'): DocumentState => ({
  version,
  digest: documentDigest('id', content),
});

describe('the class of a difference', () => {
  it.each([
    ['missing', state(2), undefined],
    ['extra', undefined, state(2)],
    ['different', state(2), state(3)],
    ['stale', state(3), state(2)],
    ['different', state(2), state(2, 'other')],
  ] as const)('is %s', (expectedClass, expected, actual) => {
    expect(classify('id', expected, actual, undefined)?.class).toBe(expectedClass);
    for (const waiting of waitingClasses)
      expect(classify('id', expected, actual, waiting)?.class).toBe(waiting);
  });

  it('is none exactly when version and content are the same', () => {
    const any = fc.option(
      fc.record({ version: fc.integer({ min: 1, max: 3 }), content: fc.constantFrom('a', 'b') }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(any, any, fc.constantFrom(undefined, ...waitingClasses), (left, right, waiting) => {
        const drift = classify(
          'id',
          left && state(left.version, left.content),
          right && state(right.version, right.content),
          waiting,
        );
        const same = left?.version === right?.version && left?.content === right?.content;
        expect(drift === undefined).toBe(same);
      }),
    );
  });
});
