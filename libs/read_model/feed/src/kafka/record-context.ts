import type { RecordContext } from '@reprise/events';
import type { PartitionRecord } from './partition-batch.ts';

/** A record as the readers of a contract see it. */
export function contextOf({
  key,
  headers,
  offset,
  timestamp,
}: Omit<PartitionRecord, 'value'>): RecordContext {
  return {
    key,
    header(name) {
      const found = headers && Object.hasOwn(headers, name) ? headers[name] : undefined;
      // A header without a value is null, which is as good as none.
      return (Array.isArray(found) ? found.at(-1) : found) ?? undefined;
    },
    position: () => offset,
    timestamp: () => (timestamp === undefined ? undefined : Number(timestamp)),
  };
}
