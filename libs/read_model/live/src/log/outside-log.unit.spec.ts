import type { Generation } from '@reprise/read-model-indices';
import { outsideLog } from './outside-log.ts';

const remedy = 'Do something.';

/** A log of one partition. */
function logOf(logStart: bigint, end: bigint, highWatermark = end) {
  return { partitions: [{ partition: 0, logStart, end, highWatermark, leader: 1 }] };
}

function standing(...positions: readonly bigint[]) {
  return positions.map((position, index) => ({
    generation: { name: `g${index}` } as Generation,
    positions: new Map([[0, position]]),
  }));
}

describe('positions compared with the log', () => {
  it('fit anywhere from its beginning to its end, records of open transactions included', () => {
    const stands = standing(5n, 9n, 12n);
    const given = { before: stands, after: stands, partitions: [0], remedy };
    expect(outsideLog({ ...given, topic: logOf(5n, 9n, 12n) }).size).toBe(0);
  });

  it('do not fit beyond its end, for whichever generation', () => {
    const stands = standing(3n, 10n);
    const given = { before: stands, after: stands, partitions: [0], remedy };
    expect(outsideLog({ ...given, topic: logOf(0n, 9n) }).get(0)?.message).toBe(
      'the log ends at offset 9, but g1 was fed up to offset 10: the log lost records, or is another one. What was written to it since ' +
        'is not fed. Nothing was changed. Do something.',
    );
  });

  it('do not fit before its beginning, also where it holds nothing, for whichever generation', () => {
    const stands = standing(9n, 3n);
    const given = { before: stands, after: stands, partitions: [0], remedy };
    expect(outsideLog({ ...given, topic: logOf(9n, 9n) }).get(0)?.message).toMatch(
      /^the log begins at offset 9, but a generation needs offset 3 next: .* Nothing was changed\. Do something\.$/,
    );
  });

  it('may move while Kafka answers, and retention behind them', () => {
    const given = { partitions: [0], remedy };
    const [before, after] = [standing(3n), standing(20n)];
    expect(outsideLog({ ...given, before, after, topic: logOf(10n, 15n) }).size).toBe(0);
  });

  it('are nobody’s business in partitions that others hold', () => {
    const stands = standing(10n);
    const given = { before: stands, after: stands, partitions: [1], remedy };
    expect(outsideLog({ ...given, topic: logOf(0n, 9n) }).size).toBe(0);
  });
});
