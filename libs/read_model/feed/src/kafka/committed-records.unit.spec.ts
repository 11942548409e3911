import { committedRecords } from './committed-records.ts';

type Fetched = Parameters<typeof committedRecords>[0];
type FetchedBatch = NonNullable<Fetched['records']>[number];

function batch(
  firstOffset: number,
  values: readonly string[],
  extra: Partial<FetchedBatch> = {},
): FetchedBatch {
  return {
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: values.length - 1,
    attributes: 0,
    producerId: -1n,
    records: values.map((value, offsetDelta) => ({
      offsetDelta,
      value: Buffer.from(value),
      key: Buffer.from('k'),
      attributes: 0,
      length: 0,
      timestampDelta: 0n,
      headers: [],
    })),
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    producerEpoch: 0,
    firstSequence: 0,
    ...extra,
  };
}

const transactional = (firstOffset: number, values: readonly string[], producerId: bigint) =>
  batch(firstOffset, values, { attributes: 0x10, producerId });

function marker(offset: number, producerId: bigint, kind: 'abort' | 'commit'): FetchedBatch {
  const key = Buffer.alloc(4);
  key.writeInt16BE(kind === 'abort' ? 0 : 1, 2);
  const made = batch(offset, [''], { attributes: 0x30, producerId });
  return { ...made, records: [{ ...made.records[0]!, key }] };
}

function fetched(
  records: FetchedBatch[],
  aborted: [producerId: bigint, firstOffset: bigint][] = [],
): Fetched {
  return {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 100n,
    lastStableOffset: 100n,
    logStartOffset: 0n,
    abortedTransactions: aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset })),
    preferredReadReplica: -1,
    records,
  };
}

const read = (given: Fetched, from = 0n, end = 100n) => {
  const { values, distances, base, next } = committedRecords(given, from, end);
  return { values: values.map(String), offsets: distances.map((distance) => Number(base) + distance), next };
};

describe('committed records of a fetch', () => {
  it('drops records of every aborted transaction of one producer and keeps what it committed between them', () => {
    const log = [
      transactional(0, ['a1', 'a2'], 7n),
      marker(2, 7n, 'abort'),
      transactional(3, ['b1'], 7n),
      marker(4, 7n, 'commit'),
      transactional(5, ['c1'], 7n),
      marker(6, 7n, 'abort'),
    ];
    expect(
      read(
        fetched(log, [
          [7n, 5n],
          [7n, 0n],
        ]),
      ),
    ).toEqual({ values: ['b1'], offsets: [3], next: 7n });
  });

  it('drops an aborted transaction whose marker lies beyond the response', () => {
    expect(read(fetched([transactional(0, ['a1', 'a2'], 7n)], [[7n, 0n]]))).toEqual({
      values: [],
      offsets: [],
      next: 2n,
    });
  });

  it('keeps the records of other producers and of no transaction that lie among aborted ones', () => {
    const log = [
      transactional(0, ['gone'], 7n),
      transactional(1, ['kept'], 8n),
      batch(2, ['plain']),
      marker(3, 7n, 'abort'),
    ];
    expect(read(fetched(log, [[7n, 0n]]))).toEqual({ values: ['kept', 'plain'], offsets: [1, 2], next: 4n });
  });

  it('moves the position over a tail of markers, so that a log that ends in one can end', () => {
    expect(read(fetched([marker(9, 7n, 'commit')]), 9n, 10n).next).toBe(10n);
  });

  it('leaves out what lies before the requested offset or beyond the captured end', () => {
    expect(read(fetched([batch(0, ['0', '1', '2', '3', '4'])]), 1n, 4n)).toEqual({
      values: ['1', '2', '3'],
      offsets: [1, 2, 3],
      next: 5n,
    });
  });

  it('keeps a position where nothing was fetched', () => {
    expect(read(fetched([]), 5n).next).toBe(5n);
  });
});
