import { meaningOf } from './reading.ts';

describe('what came of an action', () => {
  it('is what a plan predicts, or why a rebuild would be refused', () => {
    const possible = { verdict: 'possible', message: null, events: { read: 61_510 } };
    expect(
      meaningOf('plan', 0, { ...possible, predicted: { documents: 1 }, estimatedDurationMs: 4_200 }),
    ).toBe(
      'A rebuild is possible: it would make 1 document of 61,510 events, in about 5 s. Nothing was written.',
    );
    expect(meaningOf('plan', 0, possible)).toBe('A rebuild is possible.');
    expect(meaningOf('plan', 2, { verdict: 'refused', message: 'The gate would refuse it.' })).toBe(
      'The gate would refuse it.',
    );
  });

  it('is what a comparison found', () => {
    const counts = { missing: 1, extra: 0, stale: 1, different: 0, inFlight: 7, behind: 9, unpublished: 3 };
    expect(meaningOf('verify', 2, { outcome: 'drift', counts })).toBe(
      'It found 2 documents not as the log says.',
    );
    expect(meaningOf('verify', 0, { outcome: 'clean', counts: {} })).toBe(
      'Readers are served what the log says.',
    );
  });

  it('is called verified only where it was', () => {
    expect(meaningOf('rebuild', 0, undefined)).toBe('Done and verified.');
    expect(meaningOf('prune', 0, [])).toBe('Done.');
    expect(meaningOf('verify', 2, undefined)).toContain('It failed');
    expect(meaningOf('rebuild', 2, { message: 'The gate refused it.' })).toContain('The gate refused it.');
  });
});
