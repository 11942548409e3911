import { unacknowledged } from './event-log.ts';

describe('the acknowledgement of a batch', () => {
  const acknowledged = (partition: number): { partition: number; errorCode: number } => ({
    partition,
    errorCode: 0,
  });

  it('is complete when every partition that records were routed to was acknowledged', () => {
    expect(unacknowledged(new Set([0, 2]), [acknowledged(2), acknowledged(0), acknowledged(5)])).toEqual([]);
    expect(unacknowledged(new Set(), [])).toEqual([]);
  });

  it('lacks the partitions nobody answered for, or answered with an error', () => {
    expect(unacknowledged(new Set([0, 1, 2]), [acknowledged(1), { partition: 2, errorCode: 6 }])).toEqual([
      0, 2,
    ]);
  });
});
