import { setSession } from '@reprise/runtime';
import pg from 'pg';

/** Opens a short session of the sample's, runs `work`, and closes it. */
export async function inSession<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'reprise-sample',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await setSession(client);
    return await work(client);
  } finally {
    await client.end();
  }
}
