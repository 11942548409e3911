import { type OutboxMessage } from './message.ts';

/** Runs one parameterised statement and returns its rows: a pg client or pool. */
export interface RowSource {
  query(sql: string, parameters: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface ClaimLimits {
  /** Most messages of one claim. */
  readonly messages: number;
  /** Most bytes of one claim, payloads and {@link recordOverheadBytes} each. The first message is always claimed. */
  readonly bytes: number;
  /** A payload beyond this many bytes is named but not read, so that no claim needs more memory than `bytes`. */
  readonly messageBytes: number;
}

/**
 * What a message takes in a Kafka record batch beside its payload, rounded up: key (36), header (40), varints and the
 * batch's own 61 bytes shared among its records.
 */
export const recordOverheadBytes = 128;

/*
 * Always from the beginning of the queue, never from a remembered id: ids are drawn before their transactions commit, so a
 * lower id may become visible after a higher one. Within an aggregate that cannot happen (its row is locked before ids are
 * drawn), so one snapshot read in id order holds every aggregate's messages without a hole. The rows in flight are left
 * out by id for the same reason.
 */
const claimSql = `
  SELECT id, aggregate_id AS "aggregateId", aggregate_version AS "aggregateVersion", bytes,
         CASE WHEN bytes <= $4 THEN payload END AS payload
  FROM (
    SELECT id, aggregate_id, aggregate_version, payload, bytes,
           sum(CASE WHEN bytes <= $4 THEN bytes + ${recordOverheadBytes} ELSE 0 END) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS total
    FROM (
      SELECT id, aggregate_id, aggregate_version, payload::text AS payload, octet_length(payload::text) AS bytes
      FROM outbox_events
      WHERE NOT processed AND NOT parked AND id <> ALL ($2::bigint[])
        AND aggregate_id NOT IN (SELECT aggregate_id FROM outbox_events WHERE parked)
      ORDER BY id
      LIMIT $1
    ) AS queued
  ) AS measured
  WHERE total <= $3 OR total = bytes + ${recordOverheadBytes}
  ORDER BY id`;

/**
 * The oldest unpublished messages in the order in which they must be published, without those that wait behind a parked
 * message of their aggregate.
 *
 * @param inFlight ids that are being published or marked; a missing one is sent twice
 */
export async function claimMessages(
  source: RowSource,
  limits: ClaimLimits,
  inFlight: readonly string[] = [],
): Promise<OutboxMessage[]> {
  const { rows } = await source.query(claimSql, [
    limits.messages,
    inFlight,
    limits.bytes,
    limits.messageBytes,
  ]);
  return rows as OutboxMessage[];
}
