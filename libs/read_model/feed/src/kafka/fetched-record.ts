import type { EventContract, ReadResult, RecordContext } from '@reprise/events';
import type { CommittedRecords } from './committed-records.ts';

/** The event that a fetched record is, by the contract of its log. */
export function readFetched(records: CommittedRecords, index: number, events: EventContract): ReadResult {
  return events.read(records.values[index]!, new FetchedRecord(records, index));
}

/** Offset of a fetched record. */
export function positionIn({ base, distances }: CommittedRecords, index: number): bigint {
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
