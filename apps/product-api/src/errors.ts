interface DatabaseError {
  readonly message?: string;
  readonly code?: string;
  readonly hint?: string;
}

/** The write database could not be brought to the current schema. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';
  readonly retryable = false;

  constructor(cause: unknown) {
    const { message, hint } = driverError(cause);
    super(
      `The write database was not migrated: ${message ?? 'unknown cause'}.${hint ? ` ${hint}` : ''} ` +
        'Its schema is as it was before; migrate again once the cause is gone.',
      { cause },
    );
  }
}

/** The error as Postgres or the socket gave it, without the wrapping of TypeORM. */
export function driverError(error: unknown): DatabaseError {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  if ('driverError' in error && typeof error.driverError === 'object' && error.driverError !== null) {
    return error.driverError;
  }
  if (error instanceof AggregateError) return driverError(error.errors[0]);
  return error;
}
