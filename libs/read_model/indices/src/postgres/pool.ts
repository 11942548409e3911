import { Pool, type PoolClient } from 'pg';

export interface ReadModelPoolOptions {
  /** Most connections held at once. Default 10. */
  readonly max?: number;
  /** Shown in pg_stat_activity. Default `reprise`. */
  readonly applicationName?: string;
  /** Told when an idle connection breaks; the pool has replaced it already, so there is nothing to do but to note it. */
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
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  return pool;
}

/**
 * Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. A connection
 * that fails is closed rather than given back.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A failed ROLLBACK means that the connection is gone, and with it the transaction; `error` says what happened first.
    await client.query('ROLLBACK').catch((rollbackError: Error) => (broken ??= rollbackError));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
