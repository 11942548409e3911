import fc from 'fast-check';
import { emptyTally, saveTally } from '../fold/slice-tally.ts';
import { mergeCheckpoints, type Checkpoint } from '../resume/checkpoint.ts';
import { nextStep } from '../run/run-steps.ts';
import { isSliceOf } from './shards.ts';

const base: Checkpoint = {
  format: 2,
  source: 'kafka',
  generation: 'g',
  fingerprint: 'f',
  topicId: 't',
  ends: { 0: '5', 1: '7' },
  positions: { 0: '5', 1: '7' },
  finished: {},
  halfRead: {},
};
const tally = (read: number) => saveTally({ ...emptyTally(), read });

describe('the slices of shards', () => {
  it('belong to exactly one of them each, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(500), (of, slice) => {
        const owners = Array.from({ length: of }, (_, index) => index).filter((index) =>
          isSliceOf({ index, of }, slice),
        );
        expect(owners).toHaveLength(1);
      }),
    );
  });

  it('leave what was counted between slices to the process that finishes the build', () => {
    for (const shard of [
      { index: 0, of: 1 },
      { index: 1, of: 2 },
      { index: 4, of: 5 },
    ])
      expect(isSliceOf(shard, -1)).toBe(false);
  });
});

describe('checkpoints of one generation', () => {
  it('know together what each of them knows, within the ends that were captured once', () => {
    const merged = mergeCheckpoints({ ...base, finished: { '-1': tally(1) } }, [
      { ...base, ends: { 0: '5' }, finished: { 0: tally(5) } },
      { ...base, ends: { 1: '7' }, finished: { 1: tally(7) } },
    ]);
    expect(merged).toEqual({ ...base, finished: { '-1': tally(1), 0: tally(5), 1: tally(7) } });
  });

  it('leave the one they were merged from as it was', () => {
    const first = { ...base, finished: {} };
    mergeCheckpoints(first, [{ ...base, finished: { 0: tally(5) } }]);
    expect(first).toEqual(base);
  });
});

it('ends the run of a shard where its own part is built, before any gate', () => {
  const plan = { mode: 'APPLY', promote: true } as const;
  for (const step of ['preflight', 'build'] as const)
    expect(nextStep({ step }, { result: 'shard-built' }, plan)).toEqual({
      step: 'ended',
      outcome: 'shard-built',
    });
});
