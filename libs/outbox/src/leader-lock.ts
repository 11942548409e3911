import { tableHolders } from '@reprise/runtime';
import { type Client, DatabaseError } from 'pg';
import { type RowSource } from './claim.ts';

/** The advisory lock of releases before there was a table ("outb", "rely" in ASCII); it belongs to one database. */
const olderLock = [0x6f757462, 0x72656c79] as const;

/** Sessions that hold the leader's table, in this database. */
const holders = tableHolders('outbox_leader');

/** A leading relay of an older release: any other holder of its lock may not publish, and does not count. */
const olderLeader = `
  SELECT FROM pg_locks AS lock JOIN pg_stat_activity AS session USING (pid)
  WHERE lock.locktype = 'advisory' AND lock.granted AND pid <> pg_backend_pid()
    AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = $1::int8::oid AND objid = $2::int8::oid AND objsubid = 2
    AND has_table_privilege(session.usesysid, 'outbox_leader', 'UPDATE')`;

/**
 * Settings of a session that may hold the lock: without a sign of life the database ends it, both while it stands by and while
 * it leads in its open transaction.
 *
 * @param timeoutMs how long the session may be silent, in milliseconds
 */
export function sessionSettings(timeoutMs: number): Record<string, number> {
  const timeout = Math.round(timeoutMs);
  return { idle_session_timeout: timeout, idle_in_transaction_session_timeout: timeout };
}

/**
 * Takes the lock if nobody leads: EXCLUSIVE on a table that only relays may lock, in a transaction that stays open. It writes
 * nothing and keeps no snapshot, so it never holds back vacuum. It also takes the older advisory lock, so that a relay of an older
 * release stands by.
 *
 * @returns whether this session leads now
 */
export async function tryLead(client: Client): Promise<boolean> {
  // Asked first: each refused attempt to lock is an error in the server's log, and a standby asks all the time.
  if ((await client.query(holders)).rows.length > 0) return false;
  await client.query('BEGIN');
  if (await lockTable(client)) {
    await client.query('SELECT pg_try_advisory_xact_lock($1, $2)', [...olderLock]);
    if ((await client.query(olderLeader, [...olderLock])).rows.length === 0) return true;
  }
  await client.query('ROLLBACK');
  return false;
}

/** Whether any relay leads, asked from a session that is none. Anybody who may connect may ask. */
export async function isLed(source: RowSource): Promise<boolean> {
  const { rows } = await source.query(`SELECT EXISTS (${holders}) AS led`, []);
  return (rows as [{ led: boolean }])[0].led;
}

async function lockTable(client: Client): Promise<boolean> {
  try {
    await client.query('LOCK TABLE outbox_leader IN EXCLUSIVE MODE NOWAIT');
    return true;
  } catch (error) {
    const lockNotAvailable = '55P03';
    if (error instanceof DatabaseError && error.code === lockNotAvailable) return false;
    throw error;
  }
}

/** Whether the answering session is the one that holds the lock. */
export async function leads(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    `SELECT EXISTS (${holders} AND pid = pg_backend_pid()) AS held`,
  );
  return rows[0]?.held === true;
}
