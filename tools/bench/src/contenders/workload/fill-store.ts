import { generateHistories, writeToEventStore } from '@reprise/sample';
import { Client } from 'pg';
import type { Measurement, Task } from '../../child/task.ts';

/**
 * Writes the workload's events, the same ones its topic holds, into products, event store and outbox of the run's own write
 * database, and has the tables vacuumed so that the server does not do it during what comes next.
 */
export async function fillStore({ workload, writeDatabaseUrl = '' }: Task): Promise<Measurement> {
  const { events, products } = workload;
  const report = await writeToEventStore(generateHistories({ events, products }), { writeDatabaseUrl });
  const client = new Client({ connectionString: writeDatabaseUrl });
  await client.connect();
  try {
    await client.query('VACUUM (ANALYZE) event_store, outbox_events');
  } finally {
    await client.end();
  }
  return { seconds: report.milliseconds / 1000, events: report.events, documents: undefined };
}
