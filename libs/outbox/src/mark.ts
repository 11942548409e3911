import { type RowSource } from './claim.ts';

const markSql = `
  UPDATE outbox_events
  SET processed = true, processed_at = clock_timestamp(), attempts = attempts + 1, parked = false
  WHERE id = ANY ($1::bigint[]) AND NOT processed`;

const parkSql = `
  UPDATE outbox_events SET parked = true, attempts = attempts + 1, last_error = $2
  WHERE id = $1::bigint AND NOT processed`;

const releaseSql = `
  WITH released AS (UPDATE outbox_events SET parked = false WHERE parked RETURNING id)
  SELECT count(*)::int AS released, pg_notify('outbox_events', '') FROM released`;

/**
 * Marks messages as published. Called only with messages the log has acknowledged; marking one twice changes nothing, and one
 * that a former leader parked in the meantime still counts as published.
 */
export async function markProcessed(source: RowSource, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await source.query(markSql, [ids]);
}

/** Takes a message out of the queue until it is released. The later messages of its aggregate wait behind it. */
export async function parkMessage(source: RowSource, id: string, reason: string): Promise<void> {
  await source.query(parkSql, [id, reason]);
}

/**
 * Puts every parked message back into the queue and wakes the relay.
 *
 * @returns how many there were
 */
export async function releaseParked(source: RowSource): Promise<number> {
  const { rows } = await source.query(releaseSql, []);
  return (rows as { released: number }[])[0]?.released ?? 0;
}
