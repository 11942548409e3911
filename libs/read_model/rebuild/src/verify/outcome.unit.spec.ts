import type { Verdict, VerdictKind } from '@reprise/read-model-status';
import fc from 'fast-check';
import { driftClasses, faultClasses, type DriftClass } from './classify.ts';
import { outcomeOf, warningsOf, type Found } from './outcome.ts';

const fine: readonly VerdictKind[] = ['ok', 'held-back', 'complete-unfed'];
const kinds: readonly VerdictKind[] = [
  ...fine,
  ...([
    'unknown',
    'no-readers',
    'ambiguous',
    'wrong-generation',
    'not-fed',
    'behind',
    'unpublished',
  ] as const),
];
// Mostly nothing is wrong, so that each thing that is also comes alone.
const count = fc.constantFrom(0, 0, 0, 0, 0, 0, 3);
const anyFound = fc.record({
  counts: fc.record(Object.fromEntries(driftClasses.map((name) => [name, count]))),
  faults: fc.constantFrom([], [], [], ['a mapping']),
  unknown: fc.constantFrom([], [], [], ['nobody']),
  freshness: fc
    .constantFrom(...fine, ...fine, ...kinds)
    .map((kind): Verdict => ({ kind, text: kind, next: null })),
}) as unknown as fc.Arbitrary<Found>;

describe('what a comparison comes to', () => {
  it('is clean exactly when nothing differs but what is on its way to readers', () => {
    fc.assert(
      fc.property(anyFound, (found) => {
        const some = (names: readonly DriftClass[]) => names.some((name) => found.counts[name] > 0);
        const isClean =
          !some([...faultClasses, 'behind']) &&
          found.faults.length + found.unknown.length === 0 &&
          fine.includes(found.freshness.kind);
        expect(outcomeOf(found) === 'clean').toBe(isClean);
      }),
      { numRuns: 2_000 },
    );
  });

  it('warns of a generation that lacks nothing and that nobody feeds', () => {
    const freshness = { kind: 'complete-unfed', text: 'COMPLETE, BUT NOT FED', next: null } as const;
    expect(warningsOf({ freshness, writeSideFault: null })).toEqual(['COMPLETE, BUT NOT FED']);
    expect(warningsOf({ freshness: { ...freshness, kind: 'ok' }, writeSideFault: 'no view' })).toEqual([
      'what waits to be published is not known: no view',
    ]);
  });
});
