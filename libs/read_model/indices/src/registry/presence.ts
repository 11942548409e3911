import type { Pool } from 'pg';
import { openSession } from '../postgres/pool.ts';

/** First key of the advisory locks that stand for the presence of a lease's holder; the second one is the lease's token. */
export const presenceLockClass = 0x72707273;

export interface Presence {
  end(): Promise<void>;
}

/**
 * Opens a dedicated session that proves the holder of a lease alive: it holds an advisory lock for as long as the
 * process lives. When the process is killed the server ends the session and the lease is free at once.
 *
 * Needs a direct connection: behind a pooler that shares sessions the lock may outlive the process, and then the lease's own
 * time decides, as without it. A session that breaks under a live holder lets another run take the lease; the fencing token
 * keeps the first one from changing anything more.
 */
export async function showPresence(
  pool: Pool,
  { projection, token }: { readonly projection: string; readonly token: bigint },
): Promise<Presence> {
  const client = await openSession(pool, `reprise-lease-${projection}`);
  try {
    await client.query('SELECT pg_advisory_lock($1, $2)', [presenceLockClass, lockKeyOf(token)]);
    await client.query('UPDATE registry.leases SET present = true WHERE projection = $1 AND token = $2', [
      projection,
      token,
    ]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return { end: () => client.end().catch(() => undefined) };
}

/** The token as the 32-bit key of an advisory lock. */
function lockKeyOf(token: bigint): number {
  return Number(BigInt.asIntN(32, token));
}
