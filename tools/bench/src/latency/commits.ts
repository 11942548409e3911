import { Client } from 'pg';
import { writeKey } from './sightings.ts';

/** What the write database knows of the writes: when each was committed, in milliseconds since 1970, and of which products. */
export interface Commits {
  /**
   * By {@link writeKey}. `recorded_at` is the beginning of the transaction that committed the event, so a latency counted from it
   * is too long rather than too short.
   */
  readonly at: ReadonlyMap<string, number>;
  readonly productIds: readonly string[];
}

export async function readCommits(writeDatabaseUrl: string): Promise<Commits> {
  const client = new Client({ connectionString: writeDatabaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; version: number; at: string }>(`
      SELECT aggregate_id AS id, aggregate_version AS version, extract(epoch FROM recorded_at) * 1000 AS at
      FROM event_store`);
    return {
      at: new Map(rows.map(({ id, version, at }) => [writeKey(id, version), Number(at)])),
      productIds: [...new Set(rows.map(({ id }) => id))],
    };
  } finally {
    await client.end();
  }
}
