import {
  partitionOfKey,
  type AttributesApart,
  type EventContract,
  type LogBatch,
  type LogSource,
  type ReadResult,
} from '@reprise/events';

/** The topic that a log in memory says it is. */
export const logOfMemory = { name: 'in-memory', id: 'in-memory' } as const;

/** A record as it lies in a topic. */
export interface LogRecord {
  readonly key: string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, Buffer | string>>;
  /** An event whose attributes lie apart from each other, as in the columns of a table; it is read in place of the value. */
  readonly apart?: AttributesApart;
}

/** Records that are in the log and may never be part of it. */
export interface OpenTransaction {
  append(records: readonly LogRecord[]): void;
  commit(): void;
  abort(): void;
}

/** Part of the history is not there any more, so what could be read of it would give other documents. */
export class HistoryIncomplete extends Error {
  readonly code = 'HISTORY_INCOMPLETE';
  readonly retryable = false;

  constructor(partition: number, position: bigint, start: bigint) {
    super(
      `Partition ${partition} of the log in memory begins at ${start}; position ${position} is gone. Nothing more of it was read.`,
    );
    this.name = 'HistoryIncomplete';
  }
}

type State = 'committed' | 'open' | 'aborted';
interface Entry {
  readonly record: LogRecord;
  readonly position: bigint;
  state: State;
}

/** The records that are left of a partition, and the position after its last one. */
interface Partition {
  entries: Entry[];
  start: bigint;
  end: bigint;
}

export interface LogInMemoryOptions {
  /** Default 1. A record's key chooses its partition, as Kafka's clients do it. */
  readonly partitions?: number;
  /** Positions that a source looks at for one batch. Default 100. */
  readonly batchSize?: number;
}

/** A log in memory, with all that a topic can have: several partitions, transactions, compaction and a lost beginning. For tests. */
export class LogInMemory {
  readonly #partitions: readonly Partition[];
  readonly #batchSize: number;

  constructor(
    readonly events: EventContract,
    { partitions = 1, batchSize = 100 }: LogInMemoryOptions = {},
  ) {
    this.#partitions = Array.from({ length: partitions }, () => ({ entries: [], start: 0n, end: 0n }));
    this.#batchSize = batchSize;
  }

  append(records: readonly LogRecord[]): void {
    for (const record of records) this.#append(record, 'committed');
  }

  /** Begins a transaction. Sources that are opened before it ends stop before its first record, in each partition. */
  begin(): OpenTransaction {
    const own: Entry[] = [];
    const end = (state: State) => {
      for (const entry of own) entry.state = state;
    };
    return {
      append: (records) => void own.push(...records.map((record) => this.#append(record, 'open'))),
      commit: () => end('committed'),
      abort: () => end('aborted'),
    };
  }

  /** Removes all records of a key but the last one, as compaction does. Positions stay. */
  compact(): void {
    for (const partition of this.#partitions) {
      const last = new Map(partition.entries.map((entry) => [entry.record.key, entry]));
      partition.entries = partition.entries.filter((entry) => last.get(entry.record.key) === entry);
    }
  }

  /** Removes the records below a position in every partition, as retention does. */
  truncate(before: bigint): void {
    for (const partition of this.#partitions) {
      partition.start = before < partition.end ? before : partition.end;
      partition.entries = partition.entries.filter(({ position }) => position >= partition.start);
    }
  }

  /** Opens a source that ends where the log ends now. */
  open(): LogSource {
    const slices = this.#partitions.map((partition, slice) => ({
      slice,
      start: 0n,
      end: stableEnd(partition),
    }));
    return {
      kind: 'kafka',
      topic: logOfMemory,
      slices,
      positions: new Map(slices.map(({ slice, end }) => [slice, end])),
      grouped: false,
      read: ({ slice, end }, { position }, signal) => this.#read(slice, position, end, signal),
      close: () => Promise.resolve(),
    };
  }

  async *#read(slice: number, from: bigint, end: bigint, signal: AbortSignal): AsyncGenerator<LogBatch> {
    const partition = this.#partitions[slice]!;
    for (let position = from; position < end;) {
      await Promise.resolve();
      signal.throwIfAborted();
      if (position < partition.start) throw new HistoryIncomplete(slice, position, partition.start);
      const next = position + BigInt(this.#batchSize) < end ? position + BigInt(this.#batchSize) : end;
      yield this.#batchOf(slice, entriesBetween(partition, position, next), next);
      position = next;
    }
  }

  #batchOf(slice: number, entries: readonly Entry[], position: bigint): LogBatch {
    return {
      slice,
      values: entries.map(({ record }) => record.value),
      keys: entries.map(({ record }) => record.key),
      positionOf: (index) => entries[index]!.position,
      read: (index) => readEntry(this.events, entries[index]!),
      ...(entries.some(({ record }) => record.apart) && { apart: true }),
      next: { position },
    };
  }

  #append(record: LogRecord, state: State): Entry {
    const partition = this.#partitions[partitionOfKey(record.key ?? '', this.#partitions.length)]!;
    const entry = { record, position: partition.end++, state };
    partition.entries.push(entry);
    return entry;
  }
}

/** Where readers of committed records stop: before the first record whose transaction is open. */
function stableEnd({ entries, end }: Partition): bigint {
  return entries.find(({ state }) => state === 'open')?.position ?? end;
}

function entriesBetween({ entries }: Partition, from: bigint, to: bigint): Entry[] {
  return entries.filter(({ position, state }) => state === 'committed' && position >= from && position < to);
}

function readEntry(events: EventContract, { record, position }: Entry): ReadResult {
  const { key, value, headers, apart } = record;
  if (apart) return events.accept(apart);
  return events.read(value, { key, header: (name) => headers?.[name], position: () => position });
}
