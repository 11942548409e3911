import { Client } from 'pg';
import type { Measurement, Task } from '../../child/task.ts';
import { startStopwatch } from '../stopwatch.ts';

const pageRows = 10_000;

/**
 * The event store's limit: every envelope is selected once, in the order of the primary key through one cursor, and forgotten. It
 * is not the rebuild's own source, so a slow source cannot hide behind it.
 */
export async function storeReader({ eventStoreUrl }: Task): Promise<Measurement> {
  const client = new Client({ connectionString: eventStoreUrl });
  await client.connect();
  try {
    const stopwatch = startStopwatch();
    await client.query('BEGIN READ ONLY');
    await client.query(`DECLARE envelopes NO SCROLL CURSOR FOR
      SELECT envelope::text FROM event_store ORDER BY aggregate_id, aggregate_version`);
    let events = 0;
    for (let rows = pageRows; rows === pageRows; events += rows)
      rows = (await client.query({ text: `FETCH ${pageRows} FROM envelopes`, rowMode: 'array' })).rows.length;
    return { seconds: stopwatch.seconds(), events, documents: undefined };
  } finally {
    await client.end();
  }
}
