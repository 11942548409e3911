import type { Pool } from 'pg';
import { inTransaction } from '../postgres/pool.ts';

export interface Attachment {
  /** UUID of the generation that is fed. */
  readonly generation: string;
  readonly partitions: readonly number[];
}

export interface LiveFeeder {
  readonly feederId: string;
  readonly attachments: readonly Attachment[];
  /** Milliseconds since its last sign of life, on the database's clock. */
  readonly silentMs: number;
}

/** Says that a feeder is alive and what it feeds now; the attachments replace those of its last beat. */
export async function beat(pool: Pool, feederId: string, attachments: readonly Attachment[]): Promise<void> {
  const rows = attachments.flatMap(({ generation, partitions }) =>
    partitions.map((partition) => ({ generation, partition })),
  );
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO registry.feeders (feeder_id, heartbeat_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (feeder_id) DO UPDATE SET heartbeat_at = clock_timestamp()`,
      [feederId],
    );
    const given = [
      feederId,
      rows.map(({ generation }) => generation),
      rows.map(({ partition }) => partition),
    ];
    await client.query(
      `DELETE FROM registry.feeder_attachments AS held
       WHERE feeder_id = $1 AND NOT EXISTS (
         SELECT FROM unnest($2::uuid[], $3::int[]) AS given (generation, partition)
         WHERE given.generation = held.generation AND given.partition = held.partition)`,
      given,
    );
    await client.query(
      `INSERT INTO registry.feeder_attachments (feeder_id, generation, partition)
       SELECT $1, given.generation, given.partition FROM unnest($2::uuid[], $3::int[]) AS given (generation, partition)
       ON CONFLICT DO NOTHING`,
      given,
    );
  });
}

/** Feeders whose last beat is at most `maxAgeMs` old on the database's clock, with what they feed and how old that beat is. */
export async function liveFeeders(pool: Pool, maxAgeMs: number): Promise<LiveFeeder[]> {
  const { rows } = await pool.query<{
    feeder_id: string;
    generation: string | null;
    partitions: number[] | null;
    silent_ms: number;
  }>(
    `SELECT feeder_id, generation, array_agg(partition ORDER BY partition) AS partitions,
            max(extract(epoch FROM clock_timestamp() - heartbeat_at) * 1000)::float8 AS silent_ms
     FROM registry.feeders LEFT JOIN registry.feeder_attachments USING (feeder_id)
     WHERE heartbeat_at >= clock_timestamp() - $1 * interval '1 millisecond'
     GROUP BY feeder_id, generation ORDER BY feeder_id, generation`,
    [maxAgeMs],
  );
  const feeders = new Map<string, { attachments: Attachment[]; silentMs: number }>();
  for (const { feeder_id, generation, partitions, silent_ms } of rows) {
    const feeder = feeders.get(feeder_id) ?? { attachments: [], silentMs: Math.max(0, silent_ms) };
    if (generation !== null) feeder.attachments.push({ generation, partitions: partitions ?? [] });
    feeders.set(feeder_id, feeder);
  }
  return [...feeders].map(([feederId, feeder]) => ({ feederId, ...feeder }));
}

/** Takes a feeder that stops out, so that nobody waits for it. */
export async function removeFeeder(pool: Pool, feederId: string): Promise<void> {
  await pool.query('DELETE FROM registry.feeders WHERE feeder_id = $1', [feederId]);
}
