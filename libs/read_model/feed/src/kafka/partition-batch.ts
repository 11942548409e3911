/** Records of one partition as they were fetched: all there are from `from` up to `next`, holes and markers left out. */
export interface PartitionBatch {
  readonly partition: number;
  /** Offset the fetch asked for. */
  readonly from: bigint;
  readonly next: bigint;
  readonly records: readonly PartitionRecord[];
}

export interface PartitionRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As kafkajs hands them out; a name that was sent several times has a list. */
  readonly headers?: Readonly<Record<string, Header | Header[] | undefined>>;
  /** When it was written, milliseconds since the epoch as text. */
  readonly timestamp?: string;
}

type Header = Buffer | string;
