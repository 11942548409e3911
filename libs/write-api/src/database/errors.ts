import { type ConnectionFault } from '@reprise/runtime/connections';

interface ReportedError {
  readonly message?: string;
  readonly code?: string;
  readonly hint?: string;
}

/** The write database could not be brought to the current schema. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';
  /** Whether the cause may pass without anybody changing anything. */
  readonly retryable: boolean;

  constructor(cause: unknown, fault?: ConnectionFault) {
    const { message, hint } = reportedError(cause);
    super(
      fault?.message ??
        `The write database was not migrated: ${message ?? 'unknown cause'}.${hint ? ` ${hint}` : ''} ` +
          'Its schema is unchanged; migrate again once the cause is removed.',
      { cause },
    );
    this.retryable = fault?.passes ?? false;
  }
}

/** The write database lacks migrations that this program's statements rely on. */
export class MigrationsPendingError extends Error {
  readonly code = 'MIGRATIONS_PENDING';
  readonly retryable = false;

  /** @param title what did not start, after "the" */
  constructor(pending: readonly string[], title: string) {
    super(
      `The write database lacks the migrations ${pending.join(', ')}, so the ${title} did not start and changed ` +
        'nothing. Run `npm run -s migrate`, then start it again.',
    );
  }
}

/** The write database has not been reached since this process started. */
export class NotConnectedError extends Error {
  readonly code = 'NOT_CONNECTED';
  readonly retryable = true;

  constructor(cause: unknown) {
    const { message } = reportedError(cause ?? 'it is being connected to');
    super(`The write database has not been reached yet: ${message ?? 'it is being connected to'}`, { cause });
  }
}

/** The connection broke, or the server fell silent, while a statement ran. */
export class ConnectionLostError extends Error {
  readonly code = 'CONNECTION_LOST';
  readonly retryable = true;

  constructor(cause: unknown) {
    super('The connection to the write database broke while a statement ran', { cause });
  }
}

/**
 * The connection broke after a change was sent and before its answer came: Postgres has committed all of it or nothing,
 * and only a later look shows which.
 */
export class OutcomeUnknownError extends Error {
  readonly code = 'OUTCOME_UNKNOWN';
  readonly retryable = true;

  constructor(cause: unknown) {
    super('The connection to the write database broke while it stored a change', { cause });
  }
}

/** What Postgres or the socket said, without the wrapping of TypeORM; of a failed connect to several addresses, the first. */
export function reportedError(error: unknown): ReportedError {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  if ('driverError' in error && typeof error.driverError === 'object' && error.driverError !== null)
    return error.driverError;
  if (error instanceof AggregateError) return reportedError(error.errors[0]);
  return error;
}
