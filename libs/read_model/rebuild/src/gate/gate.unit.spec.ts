import { BucketSums, documentDigest } from '@reprise/read-model-documents';
import { emptyTally, type PoisonEvent, type SliceTally } from '../fold/slice-tally.ts';
import type { LogSource } from '@reprise/events';
import { readRowsOf } from './judge-generation.ts';
import { defaultGateLimits, gatePassed, judge, type GateEvidence } from './gate.ts';

function tallyOf(documents: readonly [id: string, content: string][]): SliceTally {
  const sums = new BucketSums();
  for (const [id, content] of documents) sums.add(documentDigest(id, content));
  return { ...emptyTally(), documents: documents.length, buckets: sums.list() };
}

const three: [string, string][] = [
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
];

function evidence(changes: Partial<GateEvidence> = {}): GateEvidence {
  const expected = tallyOf(three);
  return {
    expected,
    counts: { documents: 3, tombstones: 0 },
    buckets: expected.buckets,
    live: undefined,
    ...changes,
  };
}

const failedChecks = (given: GateEvidence, limits = defaultGateLimits) =>
  judge(given, limits)
    .filter(({ passed }) => !passed)
    .map(({ check }) => check);

describe('the gate', () => {
  it('passes a generation that holds exactly what the fold expects', () => {
    expect(gatePassed(judge(evidence(), defaultGateLimits))).toBe(true);
  });

  it('refuses one changed document although every count is right, and names the bucket', () => {
    const changed = tallyOf([
      ['a', '1'],
      ['b', 'other'],
      ['c', '3'],
    ]);
    const checks = judge(evidence({ buckets: changed.buckets }), defaultGateLimits);
    const digest = checks.find(({ check }) => check === 'content digest')!;
    expect(digest.passed).toBe(false);
    expect(digest.actual).toContain(`buckets that differ: ${documentDigest('b', '2').bucket}`);
  });

  it('refuses a missing and an extra document', () => {
    expect(
      failedChecks(
        evidence({ counts: { documents: 2, tombstones: 0 }, buckets: tallyOf(three.slice(1)).buckets }),
      ),
    ).toEqual(['documents', 'content digest']);
    const extra = tallyOf([...three, ['d', '4']]);
    expect(
      failedChecks(evidence({ counts: { documents: 4, tombstones: 0 }, buckets: extra.buckets })),
    ).toEqual(['documents', 'content digest']);
  });

  it('refuses poison events beyond the budget and passes those within it', () => {
    const poisoned = { ...tallyOf(three), poisoned: 2 };
    expect(failedChecks(evidence({ expected: poisoned }))).toEqual(['poison events']);
    expect(failedChecks(evidence({ expected: poisoned }), { ...defaultGateLimits, poisonBudget: 2 })).toEqual(
      [],
    );
  });

  it('refuses aggregates with missing events and documents the store did not take', () => {
    expect(failedChecks(evidence({ expected: { ...tallyOf(three), gapped: 1, rejectedCount: 1 } }))).toEqual([
      'documents refused by the store',
      'aggregates with missing events',
    ]);
  });

  it('counts what waits behind a poison event as that poison, and other missing events as missing', () => {
    const poison = { slice: 0, position: '7', reason: 'schema-violated', message: 'bad', aggregateId: 'a' };
    const gap = (aggregateId: string) => ({ aggregateId, expected: 3, held: 2 });
    const broken = {
      ...tallyOf(three),
      poisoned: 1,
      poison: [poison],
      gapped: 2,
      gaps: [gap('a'), gap('b')],
    };
    const within = { ...defaultGateLimits, poisonBudget: 1 };
    expect(failedChecks(evidence({ expected: broken }), within)).toEqual(['aggregates with missing events']);
    const behind = { ...broken, gapped: 1, gaps: [gap('a')] };
    expect(failedChecks(evidence({ expected: behind }), within)).toEqual([]);
    expect(failedChecks(evidence({ expected: behind }))).toEqual(['poison events']);
  });

  it('excuses no missing event by poison of another version, and none by fewer poison events than versions are missing', () => {
    const at = (version?: number) => ({
      ...{ slice: 0, position: '7', reason: 'schema-violated', message: 'bad', aggregateId: 'a' },
      ...(version !== undefined && { version }),
    });
    const within = { ...defaultGateLimits, poisonBudget: 2 };
    const failed = (found: number | undefined, ...poison: PoisonEvent[]) =>
      failedChecks(
        evidence({
          expected: {
            ...tallyOf(three),
            ...{ poisoned: poison.length, poison, gapped: 1 },
            gaps: [{ aggregateId: 'a', expected: 3, held: 2, ...(found !== undefined && { found }) }],
          },
        }),
        within,
      );
    const missing = ['aggregates with missing events'];
    expect(failed(4, at(7))).toEqual(missing);
    expect(failed(4, at(2))).toEqual(missing);
    expect(failed(5, at(3))).toEqual(missing);
    expect(failed(5, at(3), at(3))).toEqual(missing);
    expect(failed(5, at(3), at(4))).toEqual([]);
    expect(failed(5, at(4), at())).toEqual([]);
    expect(failed(4, at(3))).toEqual([]);
    expect(failed(undefined, at(3))).toEqual([]);
    expect(failed(undefined, at(4))).toEqual(missing);
  });

  it('refuses a snapshot of the event store that was not read to its last row', () => {
    expect(failedChecks(evidence({ rows: { inSnapshot: 5, read: 4 } }))).toEqual([
      'rows of the event store read',
    ]);
    expect(failedChecks(evidence({ rows: { inSnapshot: 5, read: 5 } }))).toEqual([]);
  });

  it('refuses contents that are not what the hashes beside them say', () => {
    const { buckets } = tallyOf(three);
    const sound = { buckets, damaged: 0, damagedIds: [] };
    expect(failedChecks(evidence({ contents: sound }))).toEqual([]);
    const other = tallyOf([['a', 'changed'], ...three.slice(1)]).buckets;
    expect(failedChecks(evidence({ contents: { buckets: other, damaged: 1, damagedIds: ['a'] } }))).toEqual([
      'content of every document',
    ]);
  });

  it('refuses an empty generation unless that is allowed', () => {
    const empty = evidence({ expected: emptyTally(), counts: { documents: 0, tombstones: 0 }, buckets: [] });
    expect(failedChecks(empty)).toEqual(['not empty']);
    expect(failedChecks(empty, { ...defaultGateLimits, allowEmpty: true })).toEqual([]);
  });

  it('refuses to shrink the live documents beyond the limit; tombstones are not live', () => {
    const live = (documents: number, tombstones: number) => evidence({ live: { documents, tombstones } });
    expect(failedChecks(live(4, 0))).toEqual(['no shrink against the live generation']);
    expect(failedChecks(live(6, 3))).toEqual([]);
    expect(failedChecks(live(4, 0), { ...defaultGateLimits, maxShrink: 0.25 })).toEqual([]);
  });

  it('does not pass when nothing was checked', () => {
    expect(gatePassed([])).toBe(false);
  });
});

it('canaries are no rows that a rebuild from an event store has to have read', () => {
  const source = { slices: [{ slice: 0, start: 0n, end: 12n }] } as unknown as LogSource;
  const rows = readRowsOf(source, { ...emptyTally(), read: 9, canaries: 3 });
  expect(failedChecks(evidence({ rows }))).toEqual([]);
  const lost = readRowsOf(source, { ...emptyTally(), read: 8, canaries: 3 });
  expect(failedChecks(evidence({ rows: lost }))).not.toEqual([]);
});
