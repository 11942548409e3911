import { ok } from 'node:assert/strict';
import type { DomainEvent, LogBatch, LogCursor, LogSlice, LogSource } from '@reprise/events';
import type { ContractRecord } from './contract-events.ts';

/** A log of a test's own, empty when it is made, and what can happen to it. Its records are read by `contractEvents`. */
export interface LogUnderContract {
  /** Writes records for good, those of one key in the given order. */
  append(records: readonly ContractRecord[]): Promise<void>;
  /** Writes the same way and leaves the transaction open. */
  begin(records: readonly ContractRecord[]): Promise<{ end(how: 'commit' | 'abort'): Promise<void> }>;
  /** Opens a source that hands out a few records at a time. */
  open(): Promise<LogSource>;
  /** Takes the first records of every slice away for good; left out where nothing can be taken from under an open source. */
  truncate?(): Promise<void>;
  /** Leaves only the last record of each aggregate; left out where a log is not compacted. */
  compact?(): Promise<void>;
}

export interface SourceUnderContract {
  newLog(): Promise<LogUnderContract>;
  /** Whether reading can begin at any cursor the source gave, or a slice is read as a whole only. */
  readonly resumable: boolean;
  /** How many connections and files this process has open; left out by a source that needs none. */
  openResources?(): number;
}

/** Declares one rule of the contract. */
export type Rule = (title: string, holds: (subject: SourceUnderContract) => Promise<void>) => void;

const never = new AbortController().signal;

/** Everything of a slice, from its beginning or a cursor. */
export async function batchesOf(source: LogSource, slice: LogSlice, from?: LogCursor): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of source.read(slice, from ?? { position: slice.start }, never)) batches.push(batch);
  return batches;
}

/** Every event of the source, slice by slice. */
export async function eventsOf(source: LogSource): Promise<DomainEvent[]> {
  const bySlice = await Promise.all(source.slices.map((slice) => batchesOf(source, slice)));
  return bySlice.flat().flatMap(eventsIn);
}

/** The events of a batch. */
export function eventsIn(batch: LogBatch): DomainEvent[] {
  return batch.values.map((_, index) => {
    const result = batch.read(index);
    ok(result.ok, result.ok ? '' : result.message);
    return result.event;
  });
}

/** Ids of events by aggregate, in the order they came. */
export function byAggregate(events: readonly DomainEvent[]): Record<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { subject, id } of events) ids.set(subject, [...(ids.get(subject) ?? []), id]);
  return Object.fromEntries([...ids].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Opens a source, hands it to `work`, and closes it whatever comes of that. */
export async function withSource<T>(
  { open }: LogUnderContract,
  work: (source: LogSource) => Promise<T>,
): Promise<T> {
  const source = await open();
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}
