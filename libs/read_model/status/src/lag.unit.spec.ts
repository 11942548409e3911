import fc from 'fast-check';
import type { KafkaTopic } from '@reprise/read-model-feed';
import { lagByPartition, totalLag } from './lag.ts';

function topic(ends: readonly bigint[]): KafkaTopic {
  return {
    name: 'product.events',
    clusterId: 'a-cluster',
    id: 'topic',
    partitions: ends.map((end, partition) => ({
      partition,
      logStart: 0n,
      end,
      highWatermark: end,
      leader: 1,
    })),
    cleanupPolicy: 'delete',
    retentionMs: '-1',
    retentionBytes: '-1',
  };
}

describe('lag', () => {
  it('counts missing records by partition and takes the age of the first of them', () => {
    const lags = lagByPartition(
      topic([10n, 5n, 7n]),
      new Map([
        [0, 4n],
        [1, 5n],
      ]),
      new Map([[0, 900]]),
      1_000,
    );
    expect([...lags]).toEqual([
      [0, { events: 6n, ms: 100 }],
      [1, { events: 0n, ms: 0 }],
      [2, { events: 7n, ms: null }],
    ]);
    expect(totalLag(lags.values())).toEqual({ events: 13n, ms: 100 });
  });

  it('is of unknown age when no record could be read, and of none when nothing is missing', () => {
    expect(totalLag([{ events: 3n, ms: null }])).toEqual({ events: 3n, ms: null });
    expect(totalLag([{ events: 0n, ms: 0 }])).toEqual({ events: 0n, ms: 0 });
  });

  it('is never negative, whatever the clocks say and wherever positions are', () => {
    const offset = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(
        fc.array(offset, { maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(9), offset)),
        fc.array(fc.tuple(fc.nat(9), fc.nat(5_000))),
        fc.nat(5_000),
        (ends, positions, times, now) => {
          for (const { events, ms } of lagByPartition(
            topic(ends),
            new Map(positions),
            new Map(times),
            now,
          ).values()) {
            expect(events >= 0n).toBe(true);
            expect(ms === null || ms >= 0).toBe(true);
          }
        },
      ),
    );
  });
});
