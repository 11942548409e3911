import type { Consumer } from '@platformatic/kafka';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
/** What a fetch answers of one partition. */
export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

const transactional = 0x10;
const control = 0x20;
/** The broker's time counts for all records of the batch. */
const appendTime = 0x08;
const abortMarker = 0;

export type RecordHeaders = NonNullable<FetchedPartition['records']>[number]['records'][number]['headers'];

export interface CommittedRecords {
  readonly values: (Buffer | null)[];
  readonly keys: (Buffer | null)[];
  /** Headers of each value, names and texts as they were sent; none where they are not wanted. */
  readonly headers: RecordHeaders[];
  /** When each was written, milliseconds since the epoch; none where they are not wanted. */
  readonly timestamps: number[];
  /** Offset of each value, as a distance from `base`. */
  readonly distances: number[];
  readonly base: bigint;
  /** Position after everything fetched: markers, aborted batches and compaction holes included. */
  readonly next: bigint;
}

/**
 * Picks the committed records of one fetched partition from `from` up to (not including) `end`.
 *
 * The broker lists the aborted transactions that reach into a response as (producer, first offset); each lasts until that
 * producer's abort marker. The client library's own filter keeps one range per producer and fails when the marker lies
 * in a later response, so records of aborted transactions pass it; this is Kafka's rule in full (its consumer's
 * `FetchResponse` iteration). Control batches are never delivered but move the position.
 *
 * @param withHeaders whether headers and times are wanted, beside values and keys
 */
export function committedRecords(
  fetched: FetchedPartition,
  from: bigint,
  end: bigint,
  withHeaders = false,
): CommittedRecords {
  const aborted = [...(fetched.abortedTransactions ?? [])].sort((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : 1,
  );
  const open = new Set<bigint>();
  const values: (Buffer | null)[] = [];
  const keys: (Buffer | null)[] = [];
  const headers: RecordHeaders[] = [];
  const timestamps: number[] = [];
  const distances: number[] = [];
  let next = from;
  for (const batch of fetched.records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (aborted.length > 0 && aborted[0]!.firstOffset <= last) open.add(aborted.shift()!.producerId);
    if (batch.attributes & control) {
      if (batch.records[0]?.key?.readInt16BE(2) === abortMarker) open.delete(batch.producerId);
    } else if (!(batch.attributes & transactional && open.has(batch.producerId))) {
      const distance = Number(batch.firstOffset - from);
      const limit = Number(end - from);
      const first = Number(batch.firstTimestamp);
      const appended = batch.attributes & appendTime ? Number(batch.maxTimestamp) : undefined;
      for (const record of batch.records) {
        const at = distance + record.offsetDelta;
        if (at < 0 || at >= limit) continue;
        values.push(record.value);
        keys.push(record.key);
        distances.push(at);
        if (!withHeaders) continue;
        headers.push(record.headers);
        timestamps.push(appended ?? first + Number(record.timestampDelta));
      }
    }
    if (last + 1n > next) next = last + 1n;
  }
  return { values, keys, headers, timestamps, distances, base: from, next };
}
