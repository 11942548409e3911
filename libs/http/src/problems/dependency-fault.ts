import { isError } from '@reprise/runtime';

/** Codes of Node's sockets and name lookups that mean: the server was not reached, or the connection broke. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Postgres: connection exceptions (class 08), shutdowns, starting up, too many connections, statement timeout. */
const postgresCodes = /^(?:08\w{3}|57P0[1-3]|53300|57014)$/;

/** pg reports these without a code. */
const postgresMessages =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

const elasticsearchNames = new Set(['ConnectionError', 'TimeoutError', 'NoLivingConnectionsError']);
const busyStatuses = new Set([429, 502, 503, 504]);

/**
 * Whether an error says that a server this process depends on is away, starting, stopping or too busy, so that the same
 * request may succeed later. Looks at names and codes only, through causes, aggregates and TypeORM's driver errors.
 */
export function isDependencyFault(error: unknown): boolean {
  const seen = new Set<unknown>();
  const pending: unknown[] = [error];
  while (pending.length > 0) {
    const current = pending.pop();
    if (!isError(current) || seen.has(current)) continue;
    seen.add(current);
    if (saysUnavailable(current)) return true;
    if ('errors' in current && Array.isArray(current.errors)) pending.push(...(current.errors as unknown[]));
    pending.push(current.cause, 'driverError' in current ? current.driverError : undefined);
  }
  return false;
}

function saysUnavailable(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (socketCodes.has(code) || postgresCodes.test(code)) return true;
  if (elasticsearchNames.has(error.name) || postgresMessages.test(error.message)) return true;
  return (
    error.name === 'ResponseError' &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    busyStatuses.has(error.statusCode)
  );
}
