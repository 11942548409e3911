import { type RelayFixture } from './relay-fixture.ts';
import { readTopic, type StoredRecord } from './topic-reader.ts';

export interface History {
  readonly records: readonly StoredRecord[];
  /** Records that repeat an earlier one. */
  readonly duplicates: number;
}

interface Row {
  readonly aggregate_id: string;
  readonly aggregate_version: number;
  readonly payload: string;
  readonly processed: boolean;
}

/**
 * Compares the topic with the outbox, independently of the relay's code: every published event is there byte for byte under its
 * aggregate's key (no loss), nothing else is (no ghost), and within an aggregate the first occurrences have the
 * versions 1, 2, 3 and so on, in one partition (order). Repetitions are allowed and counted.
 */
export async function checkHistory({ pool, topic }: RelayFixture): Promise<History> {
  const { rows } = await pool.query<Row>(
    'SELECT aggregate_id, aggregate_version, payload::text AS payload, processed FROM outbox_events',
  );
  const payloads = new Map(rows.map((row) => [`${row.aggregate_id}@${row.aggregate_version}`, row.payload]));
  const records = await readTopic(topic);
  const seen = new Set<string>();
  const reached = new Map<string, { version: number; partition: number }>();

  for (const { partition, key = '', value = '', contentType } of records) {
    const { aggregateId, version } = JSON.parse(value) as { aggregateId: string; version: number };
    const event = `${aggregateId}@${version}`;
    expect({ event, key, contentType, value }).toEqual({
      event,
      key: aggregateId,
      contentType: 'application/cloudevents+json',
      value: payloads.get(event),
    });
    const last = reached.get(aggregateId) ?? { version: 0, partition };
    expect({ aggregateId, partition }).toEqual({ aggregateId, partition: last.partition });
    if (seen.has(event)) continue;
    seen.add(event);
    expect({ aggregateId, version }).toEqual({ aggregateId, version: last.version + 1 });
    reached.set(aggregateId, { version, partition });
  }
  const lost = rows.filter(
    (row) => row.processed && !seen.has(`${row.aggregate_id}@${row.aggregate_version}`),
  );
  expect(lost).toEqual([]);
  return { records, duplicates: records.length - seen.size };
}
