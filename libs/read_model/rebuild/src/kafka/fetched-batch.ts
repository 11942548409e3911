import type { EventContract, RecordContext } from '@reprise/events';
import type { LogBatch, LogCursor } from '../log/log-source.ts';
import type { CommittedRecords } from './committed-records.ts';

/** What was fetched of one partition as a batch of the log, its records read by the contract. */
export function batchOf(
  records: CommittedRecords,
  events: EventContract,
  partition: number,
  next: LogCursor,
): LogBatch {
  const { values, keys } = records;
  return {
    slice: partition,
    values,
    keys,
    positionOf: (index) => positionIn(records, index),
    read: (index) => events.read(values[index]!, new FetchedRecord(records, index)),
    next,
  };
}

function positionIn({ base, distances }: CommittedRecords, index: number): bigint {
  return base + BigInt(distances[index]!);
}

/**
 * Everything of one fetched record; made for each, so it works nothing out before it is asked. Headers and time are there for
 * contracts that read them.
 */
class FetchedRecord implements RecordContext {
  constructor(
    private readonly records: CommittedRecords,
    private readonly index: number,
  ) {}

  get key(): Buffer | null {
    return this.records.keys[this.index]!;
  }

  position(): bigint {
    return positionIn(this.records, this.index);
  }

  timestamp(): number | undefined {
    return this.records.timestamps[this.index];
  }

  header(name: string): Buffer | undefined {
    let found: Buffer | undefined;
    for (const [key, value] of this.records.headers[this.index] ?? [])
      if (String(key) === name) found = value ?? undefined;
    return found;
  }
}
