import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { LeaseLost } from '../errors.ts';
import { presenceLockClass } from './presence.ts';

/**
 * Proof of holding a projection's lease, or that of one of its shards (`<projection> <shard>/<shards>`). The token only ever
 * rises, so an older one is recognised wherever it is shown.
 */
export interface Fence {
  readonly projection: string;
  readonly runId: string;
  readonly token: bigint;
}

export type LeaseAttempt =
  | { readonly acquired: true; readonly fence: Fence }
  | {
      readonly acquired: false;
      /** The run that holds the lease, who it is, when it began and how long it may stay silent before it can be replaced. */
      readonly runId: string;
      readonly holder: string;
      readonly expiresInMs: number;
      readonly startedAt: Date;
    };

const feeder = 'feeder ';

/**
 * The holder of a lease that a feeding process takes to make a first generation, or to point readers at it. It is done in moments and
 * renews nothing, so what people start waits for it.
 */
export function feederHolder(feederId: string): string {
  return `${feeder}${feederId}`;
}

/** Whether {@link feederHolder} named the holder of a lease. */
export function isFeeder(holder: string): boolean {
  return holder.startsWith(feeder);
}

/** A lease that somebody holds. */
export interface HeldLease {
  /** The projection, or `<projection> <shard>/<shards>`. */
  readonly lease: string;
  readonly runId: string;
  readonly holder: string;
  readonly startedAt: Date;
}

/*
 * One lease per projection, kept on the database's clock: clocks of the machines that run the jobs play no part. The token
 * comes from a sequence and is drawn while the row is locked, so it rises with every change of holder and at every release.
 * Every change of the registry under a fence locks the lease's row (FOR SHARE) in the same transaction: a take-over waits for
 * that transaction, or comes first and the older fence is refused.
 */

const expiry = `clock_timestamp() + $5 * interval '1 millisecond'`;

/** Whether the session of a lease's holder is alive (see `showPresence`). */
function holderIsPresent(lease: string): string {
  return `EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = ${presenceLockClass} AND objid = (${lease}.token & 4294967295)::oid)`;
}

const acquireSql = `
INSERT INTO registry.leases AS lease (projection, run_id, holder, acquisition, token, acquired_at, expires_at)
VALUES ($1, $2, $3, $4, nextval('registry.fencing_tokens'), clock_timestamp(), ${expiry})
ON CONFLICT (projection) DO UPDATE SET
  present = false, run_id = excluded.run_id, holder = excluded.holder, acquisition = excluded.acquisition,
  token = nextval('registry.fencing_tokens'), acquired_at = clock_timestamp(), expires_at = ${expiry}
WHERE lease.expires_at <= clock_timestamp() OR lease.acquisition = excluded.acquisition
   OR (lease.present AND NOT ${holderIsPresent('lease')})
RETURNING token`;

/**
 * Takes the projection's lease if nobody holds it, its holder let it expire, or the holder's session is gone.
 *
 * @param acquisition names this call: sent again after a lost answer, it finds its own lease and takes it once more.
 */
export async function acquireLease(
  pool: Pool,
  projection: string,
  { runId, holder, ttlMs }: { runId: string; holder: string; ttlMs: number },
  acquisition: string = randomUUID(),
): Promise<LeaseAttempt> {
  for (;;) {
    const taken = await pool.query<{ token: string }>(acquireSql, [
      projection,
      runId,
      holder,
      acquisition,
      ttlMs,
    ]);
    const row = taken.rows[0];
    if (row !== undefined) return { acquired: true, fence: { projection, runId, token: BigInt(row.token) } };
    const current = await pool.query<{
      run_id: string;
      holder: string;
      expires_in: number;
      acquired_at: Date;
    }>(
      `SELECT run_id, holder, acquired_at,
              ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS expires_in
       FROM registry.leases AS lease
       WHERE projection = $1 AND ${isHeld('lease')}`,
      [projection],
    );
    const held = current.rows[0];
    // None: it was released or ran out between the two statements, so it is free to take now.
    if (held === undefined) continue;
    const { run_id, holder: heldBy, expires_in, acquired_at } = held;
    return {
      acquired: false,
      runId: run_id,
      holder: heldBy,
      expiresInMs: expires_in,
      startedAt: acquired_at,
    };
  }
}

/** Whether a lease is held by anyone. */
export function isHeld(lease: string): string {
  return `(${lease}.expires_at > clock_timestamp() AND NOT (${lease}.present AND NOT ${holderIsPresent(lease)}))`;
}

/** Leases that are held of the projection: its own, and those of its shards (`<projection> <shard>/<shards>`). */
export async function heldLeases(pool: Pool, projection: string): Promise<HeldLease[]> {
  const { rows } = await pool.query<{
    projection: string;
    run_id: string;
    holder: string;
    acquired_at: Date;
  }>(
    `SELECT projection, run_id, holder, acquired_at FROM registry.leases AS lease
     WHERE (projection = $1 OR starts_with(projection, $1 || ' ')) AND ${isHeld('lease')}
     ORDER BY projection COLLATE "C"`,
    [projection],
  );
  return rows.map(({ projection: lease, run_id: runId, holder, acquired_at: startedAt }) => ({
    lease,
    runId,
    holder,
    startedAt,
  }));
}

/** Extends a lease that is still this fence's, even if it ran out, as long as nobody took it. */
export async function renewLease(pool: Pool, fence: Fence, ttlMs: number): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE registry.leases SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
     WHERE projection = $1 AND run_id = $2 AND token = $3`,
    [fence.projection, fence.runId, fence.token, ttlMs],
  );
  if (rowCount === 0) throw leaseLost(fence);
}

/** Frees the lease and invalidates its token. A lease that is another's already is left alone. */
export async function releaseLease(pool: Pool, fence: Fence): Promise<void> {
  await pool.query(
    `UPDATE registry.leases SET expires_at = '-infinity', token = nextval('registry.fencing_tokens')
     WHERE projection = $1 AND run_id = $2 AND token = $3`,
    [fence.projection, fence.runId, fence.token],
  );
}

/**
 * Checks a fence. On the connection of a transaction the answer holds until that transaction ends: nobody can take the lease
 * over before.
 *
 * @throws LeaseLost when the token is not the current one.
 */
export async function assertFence(connection: Pool | PoolClient, fence: Fence): Promise<void> {
  const { rowCount } = await connection.query(
    'SELECT FROM registry.leases WHERE projection = $1 AND run_id = $2 AND token = $3 FOR SHARE',
    [fence.projection, fence.runId, fence.token],
  );
  if (rowCount === 0) throw leaseLost(fence);
}

function leaseLost({ projection, runId, token }: Fence): LeaseLost {
  return new LeaseLost(
    `Run ${runId} no longer holds the lease of ${projection} (token ${token}): it was released, or it expired and another ` +
      'run took it. This run changed nothing more. See `status` for the run that holds it now.',
  );
}
