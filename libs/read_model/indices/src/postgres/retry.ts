import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type Pool } from 'pg';
import { connectionFault, databaseServer, type ConnectionTarget } from '@reprise/runtime/connections';
import { DependencyError, dependencyFault } from '../errors.ts';
import type { StoreRetry } from '../store-adapter.ts';

/** How long a fault of the connection may last before it is reported. */
export interface RetryOptions {
  /** Milliseconds from the first attempt; the last attempt starts before they are over. Default 15,000. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Called for every fault that is being waited out. */
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
  /** The variable that names the database, for the message. Default READ_MODEL_DATABASE_URL. */
  readonly databaseUrl?: string;
}

export const defaultRetryBudgetMs = 15_000;

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Messages of `pg` and `pg-pool` for a lost or unobtainable connection; they carry no code. */
const connectionMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout)/i;

/**
 * Whether the same statement may well succeed when sent again: lost connections, a server starting or shutting down, a
 * failover (read only for now), deadlocks and serialization failures, too many connections, a lock not given in time.
 * Classes of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError)
    return /^(08|57P0[1-5]|40001|40P01|53300|25006|55P03)/.test(error.code ?? '');
  // Node's own errors are recognised by their parts: those of another realm are not `instanceof` ours.
  const { code, message, errors } = (error ?? {}) as { code?: string; message?: string; errors?: unknown[] };
  if (Array.isArray(errors)) return errors.some(isTransient);
  return (code !== undefined && socketCodes.has(code)) || connectionMessages.test(message ?? '');
}

/** What the operator has to do about a server without resources, by SQLSTATE class; undefined for any other error. */
function remedyFor(error: unknown): string | undefined {
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  if (isTransient(error)) return undefined;
  if (code === '53100') return 'The disk of Postgres is full: free or add space, then run again.';
  if (code.startsWith('53'))
    return 'Postgres is out of memory or another resource: reduce its load, then run again.';
  return undefined;
}

/** The same for a fault that time could have removed and did not. */
function remedyWhenLasting(error: unknown): string {
  const locked = error instanceof DatabaseError && error.code === '55P03';
  return locked
    ? 'Another session keeps the lock: find it in pg_stat_activity and end it, or wait for it, then run again.'
    : 'Run it again when the server is available.';
}

/**
 * Runs `operation` until it succeeds, with exponential delays, while its faults are transient and the budget lasts. The
 * operation is sent again after an unknown outcome, so it has to be idempotent.
 *
 * @param what what could not be done, for the message: "save the progress".
 * @throws DependencyError with the remedy when Postgres stayed unreachable, refused this process or is out of a resource.
 * Any other error of the operation is thrown as it is.
 */
export async function retrying<T>(
  pool: Pool,
  what: string,
  operation: () => Promise<T>,
  {
    budgetMs = defaultRetryBudgetMs,
    signal,
    onRetry,
    databaseUrl = 'READ_MODEL_DATABASE_URL',
  }: RetryOptions = {},
): Promise<T> {
  const start = performance.now();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      const remedy = remedyFor(error);
      if (remedy !== undefined) throw dependencyError(pool, what, error, remedy);
      const refused = databaseFault(pool, databaseUrl, error, `Nothing was changed: it did not ${what}.`);
      if (refused?.retryable === false) throw refused;
      if (!isTransient(error)) throw error;
      const delay = Math.min(2_000, 50 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if (performance.now() - start + delay > budgetMs) {
        const tried = `Tried ${attempt} ${attempt === 1 ? 'time' : 'times'}.`;
        const unchanged = `It did not ${what}; trying again is safe. ${tried}`;
        throw (
          databaseFault(pool, databaseUrl, error, unchanged) ??
          dependencyError(pool, what, error, `${tried} ${remedyWhenLasting(error)}`)
        );
      }
      onRetry?.({ doing: what, reason: reasonOf(error), failures: attempt });
      await sleep(delay, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

function dependencyError(pool: Pool, what: string, cause: unknown, remedy: string): DependencyError {
  const message = `Postgres at ${describePool(pool)} could not ${what}: ${reasonOf(cause)}. ${remedy}`;
  return new DependencyError('postgres', message, { cause });
}

function reasonOf(error: unknown): string {
  const { message, errors } = error as { message: string; errors?: readonly Error[] };
  return errors?.[0]?.message ?? message;
}

/**
 * The error to throw when the database behind a pool cannot be used.
 * @param databaseUrl the variable that names it
 * @param unchanged a sentence that says what was not changed
 * @returns undefined when the error is not a fault of the connection
 */
export function databaseFault(
  pool: Pool,
  databaseUrl: string,
  error: unknown,
  unchanged: string,
): DependencyError | undefined {
  const target: ConnectionTarget = { dependency: 'postgres', servers: [describePool(pool)], databaseUrl };
  const fault = connectionFault(error, target, unchanged);
  return fault && dependencyFault('postgres', fault, error);
}

/** Host, port and database of a pool, without user or password. */
export function describePool(pool: Pool): string {
  const { connectionString, host, port, database } = pool.options;
  if (connectionString === undefined) return `${host ?? 'localhost'}:${port ?? 5432}/${database ?? ''}`;
  return databaseServer(connectionString);
}
