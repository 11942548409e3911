import type { World } from '../cluster/world.ts';
import { check } from '../waiting.ts';
import { committedEvents, unpublished } from './event-store.ts';

export interface LogHistory {
  readonly committed: number;
  readonly records: number;
  /** Records that repeat an earlier one. */
  readonly duplicates: number;
}

/**
 * I1, I2 and I3 for the log: every committed event is in it byte for byte, nothing else is, and within a product, which is in
 * one partition, first occurrences come as versions 1, 2, 3 and so on.
 * @throws Error naming the first event for which that is not so
 */
export async function checkLog(world: World): Promise<LogHistory> {
  const waiting = await unpublished(world);
  check(waiting === 0, `I1: ${waiting} outbox rows are not published`);
  const committed = await committedEvents(world);
  const texts = new Map(
    committed.map(({ text, event }) => [`${event.subject}@${event.aggregateversion}`, text]),
  );
  const records = await world.log.records(world.topic);
  const reached = new Map<string, { version: number; partition: number }>();
  const seen = new Set<string>();
  for (const { key, value, partition, offset } of records) {
    const where = `partition ${partition} offset ${offset}`;
    const { subject, aggregateversion } = JSON.parse(value ?? '{}') as {
      subject: string;
      aggregateversion: number;
    };
    const event = `${subject}@${aggregateversion}`;
    check(texts.has(event), `I2: ${event} (${where}) was never committed`);
    check(texts.get(event) === value, `I2: ${event} (${where}) is not what was committed`);
    check(key === subject, `I3: ${event} (${where}) has the key ${key}`);
    const last = reached.get(subject) ?? { version: 0, partition };
    check(last.partition === partition, `I3: ${event} is in partition ${partition} and ${last.partition}`);
    if (seen.has(event)) continue;
    seen.add(event);
    check(last.version + 1 === aggregateversion, `I3: ${event} (${where}) follows version ${last.version}`);
    reached.set(subject, { version: aggregateversion, partition });
  }
  const lost = [...texts.keys()].filter((event) => !seen.has(event));
  check(
    lost.length === 0,
    `I1: ${lost.length} committed events are not in the log: ${lost.slice(0, 3).join(', ')}`,
  );
  return { committed: committed.length, records: records.length, duplicates: records.length - seen.size };
}
