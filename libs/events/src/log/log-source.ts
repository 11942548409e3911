import type { ReadResult } from '../contract/event-contract.ts';

/** A part of the log that is read in order, on its own: a Kafka partition, or a range of the event store. */
export interface LogSlice {
  readonly slice: number;
  /** Position of the first record. */
  readonly start: bigint;
  /** Position after the last record, captured once at the start of the run. */
  readonly end: bigint;
}

/** Where reading a slice resumes: a position, and for sources without numeric positions their own key. */
export interface LogCursor {
  readonly position: bigint;
  readonly key?: string;
}

/** Records of one slice, in order, as they lie in the log (undecoded). */
export interface LogBatch {
  readonly slice: number;
  readonly values: readonly (Buffer | string | null)[];
  /** Aggregate id of each value as the log files it, known without decoding; null when the record has no key. */
  readonly keys: readonly (Buffer | string | null)[];
  /** Position of `values[index]`. */
  positionOf(index: number): bigint;
  /** The event that record is, by the contract of the log. Each call reads it again. */
  read(index: number): ReadResult;
  /** Whether an event is more than value and key: then it can be kept only as what `read` gave. */
  readonly apart?: boolean;
  /** Where to read on. Beyond markers and holes, so it can move with no value at all. */
  readonly next: LogCursor;
}

/**
 * A finite, re-readable view of the log. Its extent is captured when it is opened and never changes.
 * Ownership: the opener of a source closes it. It joins no consumer group and commits nothing.
 */
export interface LogSource {
  readonly kind: 'kafka' | 'event-store';
  readonly topic: { readonly name: string; readonly id: string };
  readonly slices: readonly LogSlice[];
  /** Kafka positions that a generation built from this source contains. */
  readonly positions: ReadonlyMap<number, bigint>;
  /** True when all events of an aggregate follow each other, so that its document is final when the next one begins. */
  readonly grouped: boolean;
  /** Records read so far that a filter on the source kept back; left out where there is none. */
  readonly filteredOut?: number;
  /**
   * Reads one slice from a cursor to its captured end, a batch at a time; the next batch is fetched while one is worked on.
   * @throws an error with the code HISTORY_INCOMPLETE when records vanish while it reads, and with the code DEPENDENCY when the server
   *   stays away or the position stops moving; the message names position and end
   */
  read(slice: LogSlice, from: LogCursor, signal: AbortSignal): AsyncIterable<LogBatch>;
  close(): Promise<void>;
}

/** Some records of a batch, in the given order of their indices; it leads on to where the batch does. */
export function someOf(batch: LogBatch, indices: readonly number[], next: LogCursor = batch.next): LogBatch {
  return {
    slice: batch.slice,
    values: indices.map((index) => batch.values[index]!),
    keys: indices.map((index) => batch.keys[index]!),
    positionOf: (index) => batch.positionOf(indices[index]!),
    read: (index) => batch.read(indices[index]!),
    ...(batch.apart && { apart: true }),
    next,
  };
}
