import type { EventContract, RecordContext } from '@reprise/events';
import { committedRecords } from './committed-records.ts';
import { readFetched } from './fetched-record.ts';

type Fetched = Parameters<typeof committedRecords>[0];

/** Two batches of two records each, created at 100 and 101; the broker's time counts for the second. */
const fetched = {
  records: [0, 2].map((firstOffset) => ({
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: 1,
    attributes: firstOffset === 0 ? 0 : 0x08,
    firstTimestamp: 100n,
    maxTimestamp: 900n,
    records: [0, 1].map((offsetDelta) => ({
      offsetDelta,
      timestampDelta: BigInt(offsetDelta),
      key: Buffer.from(`k${offsetDelta}`),
      value: Buffer.from('v'),
      headers: [
        [Buffer.from('type'), Buffer.from('first')],
        [Buffer.from('type'), Buffer.from(`last ${firstOffset + offsetDelta}`)],
      ],
    })),
  })),
} as unknown as Fetched;

/** What a reader is given of the record at an index. */
function contextAt(index: number, withHeaders: boolean): RecordContext {
  let given: RecordContext | undefined;
  const events = {
    read: (_: unknown, record: RecordContext) => (given = record),
  } as unknown as EventContract;
  readFetched(committedRecords(fetched, 1n, 100n, withHeaders), index, events);
  return given!;
}

describe('a fetched record', () => {
  it('has its key, its place, the last header of a name, and the time that counts', () => {
    const seen = [0, 1, 2].map((index) => {
      const record = contextAt(index, true);
      return [String(record.key), record.position(), String(record.header('type')), record.timestamp?.()];
    });
    expect(seen).toEqual([
      ['k1', 1n, 'last 1', 101],
      ['k0', 2n, 'last 2', 900],
      ['k1', 3n, 'last 3', 900],
    ]);
    expect(contextAt(0, true).header('other')).toBeUndefined();
  });

  it('has neither headers nor time where its contract reads none', () => {
    const record = contextAt(0, false);
    expect([record.header('type'), record.timestamp?.(), record.position()]).toEqual([
      undefined,
      undefined,
      1n,
    ]);
  });
});
