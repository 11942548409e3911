import { describeUnknown } from './unknown-ids.ts';
import { describeRepairs } from './repair-text.ts';
import { describeVerification } from './verify-text.ts';

const line =
  '  UNKNOWN   neither the log nor the read model has "nobody": check the spelling, or give its aggregate type (--type)';

describe('ids that nobody knows', () => {
  it('stand in the text of a comparison, which is not called clean, nor drift', () => {
    const text = describeVerification({
      ...{ projection: 'product_search', generation: 'g', source: 'kafka', watermark: { 0: '3' } },
      digest: null,
      ...{
        log: { events: 3, poison: 0, gaps: 0 },
        documents: { expected: 1, actual: 1 },
        bucketsCompared: 0,
      },
      ...{ upTo: '2026-01-01T00:00:00.000Z', contents: 'read', warnings: [], outcome: 'not-verified' },
      counts: { missing: 0, extra: 0, stale: 0, different: 0, inFlight: 0, behind: 0, unpublished: 0 },
      freshness: { kind: 'ok', text: 'OK', next: null },
      ...{ drift: [], unknown: ['nobody'], faults: [], caveats: [], clean: false, repair: null },
      timing: { durationMs: 1, foldMs: 1, documentsPerSecond: 1 },
    });
    expect(text.split('\n')[0]).toBe('product_search: NOT VERIFIED at 2026-01-01 00:00:00 UTC');
    expect(text.split('\n').at(-1)).toBe(line);
  });

  it('stand in the text of repairs', () => {
    const report = { projection: 'product_search', documents: [], failures: [], unknown: ['nobody'] };
    expect(describeRepairs(report).split('\n')).toContain(line);
  });

  it('are listed up to a bound, with how many more there are', () => {
    const [text] = describeUnknown(Array.from({ length: 25 }, (_, index) => `id-${index}`));
    expect(text).toContain('"id-19" and 5 more (--json)');
    expect(describeUnknown([])).toEqual([]);
  });
});
