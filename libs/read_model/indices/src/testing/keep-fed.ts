import { createReadModelPool } from '../postgres/pool.ts';
import { beat, type Attachment } from '../registry/feeders.ts';

/**
 * Says that a feeder is alive and what it feeds, from now on: its sign of life lies an hour ahead, so that it counts however long
 * a busy machine takes to look. It ends with `removeFeeder`.
 *
 * @param databaseUrl of the read model, as its feeders connect to it
 */
export async function keepFed(
  databaseUrl: string,
  feederId: string,
  attachments: readonly Attachment[],
): Promise<void> {
  const pool = createReadModelPool(databaseUrl, { max: 1 });
  try {
    await beat(pool, feederId, attachments);
    await pool.query(
      `UPDATE registry.feeders SET heartbeat_at = clock_timestamp() + interval '1 hour' WHERE feeder_id = $1`,
      [feederId],
    );
  } finally {
    await pool.end();
  }
}
