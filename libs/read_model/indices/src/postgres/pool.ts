import { sessionHook, setSession } from '@reprise/runtime';
import { Client, Pool, type PoolClient } from 'pg';

export interface ReadModelPoolOptions {
  /** Most connections held at once. Default 10. */
  readonly max?: number;
  /** Shown in pg_stat_activity. Default `reprise`. */
  readonly applicationName?: string;
  /** Called when an idle connection breaks; the pool has already replaced it, so there is nothing to do but note it. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * A pool for the read-model database. The caller ends it.
 *
 * An idle connection that breaks (server restart, network) emits `error` on the pool, and Node ends a process that has no
 * listener for it: the listener is set here.
 */
export function createReadModelPool(databaseUrl: string, options: ReadModelPoolOptions = {}): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'reprise',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...sessionHook(),
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // The pool's own listener is off a connection that is in use or being closed, and the server's last word may come just then.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * A dedicated session on the pool's database, for what belongs to a session: a lock or a subscription. The caller ends it;
 * its errors never end the process.
 */
export async function openSession(pool: Pool, applicationName?: string): Promise<Client> {
  const client = new Client({
    ...pool.options,
    ...(applicationName !== undefined && { application_name: applicationName.slice(0, 63) }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await setSession(client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/** A connection taken out of a pool for several statements. */
export interface CheckedOut {
  readonly client: PoolClient;
  /** Gives the connection back; one that failed, or is said to have, is closed instead. */
  release(failure?: Error): void;
}

export async function checkOut(pool: Pool): Promise<CheckedOut> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  client.on('error', onError);
  return {
    client,
    release(failure = broken) {
      // A connection that is closed now may still report its end: it keeps the listener.
      if (failure === undefined) client.off('error', onError);
      client.release(failure);
    },
  };
}

/**
 * Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. A connection
 * that fails is closed rather than given back.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const { client, release } = await checkOut(pool);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A failed ROLLBACK means that the connection is gone, and with it the transaction; `error` says what happened first.
    await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    release(broken);
  }
}
