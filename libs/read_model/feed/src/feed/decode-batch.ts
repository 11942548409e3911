import { type DomainEvent, type EventContract, isCanary, nameOfKey } from '@reprise/events';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { PartitionBatch, PartitionRecord } from '../kafka/partition-batch.ts';
import { contextOf } from '../kafka/record-context.ts';

/** What a batch holds: events, canaries, of which no document is made, and what is not an event. */
export interface DecodedBatch {
  readonly events: readonly DecodedRecord[];
  readonly canaries: readonly DecodedRecord[];
  readonly letters: readonly DeadLetter[];
}

interface DecodedRecord {
  readonly event: DomainEvent;
  readonly record: PartitionRecord;
}

/**
 * Decodes a batch; a record that is not an event becomes a dead letter.
 * @param contract what the topic's events are
 * @param attempts how often a record is decoded before it becomes a dead letter
 */
export function decodeBatch(
  { partition, records }: PartitionBatch,
  contract: EventContract,
  attempts: number,
): DecodedBatch {
  const events: DecodedRecord[] = [];
  const canaries: DecodedRecord[] = [];
  const letters: DeadLetter[] = [];
  for (const record of records) {
    const context = contextOf(record);
    let decoded = contract.read(record.value, context);
    let tried = 1;
    for (; !decoded.ok && tried < attempts; tried++) decoded = contract.read(record.value, context);
    if (decoded.ok) (isCanary(decoded.event) ? canaries : events).push({ event: decoded.event, record });
    else {
      const { reason, message, aggregateVersion, type } = decoded;
      const subject = decoded.subject ?? subjectOf(record);
      letters.push({
        partition,
        ...record,
        reason,
        message,
        attempts: tried,
        ...(subject !== undefined && { aggregateId: subject }),
        ...(aggregateVersion !== undefined && { aggregateVersion }),
        ...(type !== undefined && { type }),
      });
    }
  }
  return { events, canaries, letters };
}

/** A record that says nothing of itself is filed under its key: producers use the aggregate id. */
function subjectOf({ key }: PartitionRecord): string | undefined {
  return key !== null && key.length > 0 && key.length <= 128 ? nameOfKey(key) : undefined;
}
