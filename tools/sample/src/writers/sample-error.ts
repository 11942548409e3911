export type SampleErrorCode =
  | 'API_UNREACHABLE'
  | 'API_REFUSED'
  | 'DATABASE_FAILED'
  | 'EVENTS_EXIST'
  | 'TOPIC_IN_USE'
  | 'KAFKA_FAILED'
  | 'CANCELLED';

/** A failure to write sample data, worded for the person at the terminal: what happened, what was written, what to do. */
export class SampleError extends Error {
  override readonly name = 'SampleError';
  readonly code: SampleErrorCode;
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable: boolean;

  constructor(
    code: SampleErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

export function cancelled(written: number): SampleError {
  return new SampleError('CANCELLED', `Cancelled after ${written} events; those stay written.`);
}
