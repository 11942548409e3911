/** Why a run ended without doing what it was asked; each maps to one exit code of the command line (see `exitCodeOf`). */
export type RebuildErrorCode = 'USAGE' | 'REFUSED' | 'BUSY' | 'HISTORY_INCOMPLETE' | 'CANCELLED';

/** An outcome the operator has to know about. The message says what happened, what was not changed and what to do next. */
export class RebuildError extends Error {
  constructor(
    readonly code: RebuildErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'RebuildError';
  }
}

/** Says whether an error is one of ours with the given code. */
export function isRebuildError(error: unknown, code: RebuildErrorCode): error is RebuildError {
  return error instanceof RebuildError && error.code === code;
}

/** The refusal of another source than Kafka where versions are positions in it. */
export function positionsOfKafkaOnly(): RebuildError {
  return new RebuildError(
    'USAGE',
    'Versions of these events are positions in the topic, which no event store has. Nothing was changed. Use --source kafka.',
  );
}
