import type { Receipt } from '@reprise/read-model-rebuild';
import { describeReceipt } from './receipt-text.ts';

const failed: Receipt = {
  runId: 'a-run',
  outcome: 'failed',
  projection: 'product_search',
  mode: 'APPLY',
  source: 'kafka',
  topic: { name: 'product.events', id: '' },
  ranges: [],
  versions: 'sequence',
  events: {
    read: 0,
    readByThisRun: 0,
    applied: 0,
    duplicate: 0,
    deadLettered: 0,
    heldBack: 0,
    byType: {},
  },
  documents: { written: 0, live: 0, tombstones: 0, bytes: 0, refused: 0 },
  shard: null,
  generation: null,
  digest: null,
  gate: [],
  cutover: null,
  timing: {
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:20.000Z',
    durationMs: 20_000,
    eventsPerSecond: 0,
    steps: {},
  },
  resources: { maxRssBytes: 200 * 2 ** 20, spilledBytes: 0 },
  untilTs: null,
  dryRun: null,
  letters: {
    leftOut: { count: 0, first: [] },
    resolved: { count: 0, first: [] },
    replaced: 0,
    heldAggregates: 0,
  },
  poison: [],
  gaps: [],
  unknown: [],
  refusedDocuments: [],
  warnings: [],
  startedBy: { user: 'ops', host: 'vm', pid: 7 },
  message: 'Kafka does not answer.',
};

describe('the receipt of a run', () => {
  it('that failed before it opened the log says so, and what became of the readers', () => {
    const text = describeReceipt(failed);
    expect(text).toMatch(/^ {2}log +kafka product\.events: not opened$/m);
    expect(text).toMatch(/^ {2}cutover +none: readers were not moved$/m);
    expect(text).toContain('Kafka does not answer.');
  });

  it('shows the first documents that the store refused, and why', () => {
    const refusedDocuments = Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, reason: `too long ${i}` }));
    const documents = { ...failed.documents, refused: 70 };
    const text = describeReceipt({ ...failed, documents, refusedDocuments });
    expect(text).toMatch(/^ {2}documents .*, 70 refused by the store$/m);
    expect(text).toMatch(/^ {2}the store refused p4: too long 4$/m);
    expect(text).not.toContain('p5');
    expect(text).toMatch(/^ {2}and 65 more: see --json$/m);
    expect(describeReceipt(failed)).not.toContain('refused');
  });

  it('names the topic by its id, which a recreated topic does not share', () => {
    const ranges = [{ partition: 0, start: '0', end: '7' }];
    const text = describeReceipt({ ...failed, topic: { name: 'product.events', id: 'abc' }, ranges });
    expect(text).toMatch(/^ {2}log +kafka product\.events \(abc\), 1 partitions$/m);
  });

  it('lists the discarded letters it left out, with who, when and why, and counts the others that were dealt with', () => {
    const letter = (offset: number) => ({
      ...{ id: `product.events:0:${offset}`, aggregateId: 'p-1', version: 2, by: 'ops@vm' },
      ...{ discardedAt: '2026-01-01T00:00:00.000Z', reason: 'a load test\u001b[2J' },
    });
    const first = Array.from({ length: 7 }, (_, offset) => letter(offset));
    const letters = { ...failed.letters, leftOut: { count: 9, first }, heldAggregates: 3 };
    const text = describeReceipt({ ...failed, letters });
    expect(text).toMatch(
      /^ {2}letters +9 discarded and left out, 0 resolved, 3 aggregates held back behind them$/m,
    );
    expect(text).toMatch(
      /^ {2}left out product\.events:0:4 \(p-1 v2\): discarded 2026-01-01T00:00:00\.000Z by ops@vm: a load test\uFFFD\[2J$/m,
    );
    expect(text).not.toContain('product.events:0:5');
    expect(text).toMatch(/^ {2}and 4 more left out: see --json$/m);
    expect(describeReceipt(failed)).not.toContain('letters');
  });
});
