/** A command line that cannot be carried out as it stands; the process exits with 1. The message says what to write instead. */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
