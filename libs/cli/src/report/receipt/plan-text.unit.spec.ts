import type { Plan } from '@reprise/read-model-rebuild';
import { describePlan } from './plan-text.ts';

const plan: Plan = {
  ...{ projection: 'chat_search', verdict: 'possible', exitCode: 0, message: null },
  ...{ source: 'kafka', topic: { name: 'chat.events', id: 'b0' }, versions: 'position' },
  ranges: [{ partition: 0, start: '0', end: '7' }],
  events: { read: 7, deadLettered: 0, heldBack: 0, byType: { 'chat.opened.v1': 7 } },
  ...{ unknownTypes: {}, poison: [], gaps: [], gate: [], diff: null, warnings: [] },
  predicted: { documents: 7, tombstones: 1, bytes: 2_000 },
  ...{ estimatedDurationMs: 1_500, estimatedFrom: 'run a1' },
};

describe('a plan in text', () => {
  it('says what a rebuild would come to, and that a log without versions promises less', () => {
    expect(describePlan(plan).split('\n')).toEqual([
      'chat_search: a rebuild would be promoted (exit code 0); nothing was written',
      '  log          kafka chat.events (b0), 1 partitions, ordered by position: missing events are not seen',
      '  events       7 read, 0 poison, 0 held back',
      '  by type      chat.opened.v1 7',
      '  unhandled    none',
      '  would write  7 documents (1 tombstones), 2 KB of JSON',
      '  would take   1.5 s (by run a1)',
    ]);
  });

  it('says what stands in the way, and only that where the log was not read', () => {
    const refused: Partial<Plan> = {
      verdict: 'refused',
      ...{ exitCode: 5, message: 'The topic is compacted.\nUse another source.' },
      ...{ predicted: null, estimatedDurationMs: null, estimatedFrom: null },
      topic: { name: 'chat.events', id: '' },
      gate: [{ check: 'not empty', expected: 'a document', actual: 'none', passed: false }],
      warnings: ['it may not\u001b[2J write'],
    };
    expect(describePlan({ ...plan, ...refused }).split('\n')).toEqual([
      'chat_search: a rebuild would be refused (exit code 5); nothing was written',
      '  log     kafka chat.events: not opened',
      '  events  7 read, 0 poison, 0 held back',
      '  WOULD FAIL not empty: expected a document, found none',
      '  warning: it may not�[2J write',
      '  The topic is compacted.',
      '  Use another source.',
    ]);
  });
});
