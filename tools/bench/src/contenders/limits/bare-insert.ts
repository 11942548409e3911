import { productEvents } from '@reprise/product-events';
import { generateHistories } from '@reprise/sample';
import { Client } from 'pg';
import type { Measurement, Task } from '../../child/task.ts';
import { startStopwatch } from '../stopwatch.ts';

/**
 * The database's limit: as many connections as the API gets requests at once, each inserting one row of an event's size after the
 * other, a transaction each, as `pgbench` would with a script of that one statement. The rows are made before the clock starts.
 * @throws Error when not all of them are there afterwards
 */
export async function bareInsert({
  workload,
  writeDatabaseUrl,
  concurrency = 1,
}: Task): Promise<Measurement> {
  const { events, products } = workload;
  const rows = Array.from(generateHistories({ events, products }), ({ event }) =>
    productEvents.encode(event),
  );
  const clients = Array.from(
    { length: concurrency },
    () => new Client({ connectionString: writeDatabaseUrl }),
  );
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await clients[0]!.query(
      'CREATE TABLE bare_insert (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, envelope json NOT NULL)',
    );
    const stopwatch = startStopwatch();
    const text = 'INSERT INTO bare_insert (envelope) VALUES ($1)';
    const each = rows.values();
    await Promise.all(
      clients.map(async (client) => {
        for (const envelope of each) await client.query({ name: 'bare-insert', text, values: [envelope] });
      }),
    );
    const seconds = stopwatch.seconds();
    const { rows: counted } = await clients[0]!.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM bare_insert',
    );
    if (counted[0]?.count !== events) throw new Error(`${counted[0]?.count} of ${events} rows were inserted`);
    return { seconds, events, documents: undefined };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
