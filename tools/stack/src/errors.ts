/** A failure that the person at the terminal can act on: the message says what happened and what to do next. */
export class StackError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackError';
    this.code = code;
  }
}

/** The call was cancelled by its AbortSignal; what it had started is stopped again. */
export class StackAborted extends StackError {
  constructor() {
    super('ABORTED', 'Cancelled. What this call had started was stopped again; no data was deleted.');
    this.name = 'StackAborted';
  }
}

/** Text of any thrown value, with the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const nested = error instanceof AggregateError ? error.errors.map(describeError).join('; ') : '';
  const own = error.message || nested || error.name;
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`;
}
