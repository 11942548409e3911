import type { AttributesApart, EventAttributes, EventContract, JsonObject } from '@reprise/events';
import type { LogRecord } from '../log/log-in-memory.ts';

type Needed = 'type' | 'aggregateId';

/** An event as a test writes it. What is left out is made up: id, time, and the count of the aggregate's events. */
export interface TriedEvent extends Partial<Omit<EventAttributes, Needed>>, Pick<EventAttributes, Needed> {
  /** Attributes that the envelopes of the contract have beside those of every event. */
  readonly more?: JsonObject;
}

/** An event, or a record as it lies in the topic. */
export type Tried = TriedEvent | LogRecord;

/** What CloudEvents ask for beside the attributes of every event. */
const cloudEvent = {
  specversion: '1.0',
  source: '/tried',
  datacontenttype: 'application/json',
  correlationid: 'tried',
};

const firstTime = Date.UTC(2026, 0, 1);

/** What is tried as records of a log with one partition, in the given order. */
export function recordsOf(contract: EventContract, tried: readonly Tried[]): LogRecord[] {
  const counts = new Map<string, number>();
  return tried.map((one, position) => {
    if (!('type' in one)) return one;
    const key = String(one.aggregateId);
    const next = contract.versions === 'position' ? position + 1 : (counts.get(key) ?? 0) + 1;
    const version = one.version ?? next;
    counts.set(key, Math.max(counts.get(key) ?? 0, Number(version)));
    return {
      key,
      value: JSON.stringify(one.data ?? {}),
      apart: attributesOf(contract, one, version, position),
    };
  });
}

function attributesOf(
  contract: EventContract,
  { aggregateId, type, id, time, aggregateType, data = {}, more }: TriedEvent,
  version: number | string | bigint,
  position: number,
): AttributesApart {
  return {
    id: id ?? `event-${position + 1}`,
    type,
    aggregateId,
    time: time ?? new Date(firstTime + 1_000 * position).toISOString(),
    version,
    ...(aggregateType !== undefined && { aggregateType }),
    data: JSON.stringify(data),
    more: { ...(contract.format === 'CloudEvents' && cloudEvent), ...more },
  };
}
