import { partitionOfKey } from '@reprise/events';
import type { UnrulyRecord } from './unruly-log.ts';

/** Records with the versions that their places give them, in a fresh topic of so many partitions, where keys choose theirs. */
export function placed(records: readonly UnrulyRecord[], partitions: number): UnrulyRecord[] {
  const ends = new Map<number, number>();
  return records.map((record) => {
    const partition = partitionOfKey(record.key, partitions);
    const version = (ends.get(partition) ?? 0) + 1;
    ends.set(partition, version);
    return { ...record, version, event: record.event && { ...record.event, aggregateversion: version } };
  });
}
