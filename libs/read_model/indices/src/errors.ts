import type { OwnStorage } from '@reprise/read-model-documents';
import type { ConnectionFault, Dependency } from '@reprise/runtime/connections';

/** A server (Elasticsearch, Postgres, Kafka) stayed unreachable or unable to work within the retry budget, or refused this process. */
export class DependencyError extends Error {
  readonly code = 'DEPENDENCY';
  /** False when somebody has to change a setting, a right or a certificate first. */
  readonly retryable: boolean;
  /** True when the server answered that the index or table it was asked about does not exist. */
  readonly absent: boolean;
  /** True when all that is missing is a right to write: whoever only reads can continue. */
  readonly readOnly: boolean;

  constructor(
    readonly dependency: Dependency | OwnStorage['kind'],
    message: string,
    options: {
      readonly cause?: unknown;
      readonly retryable?: boolean;
      readonly absent?: boolean;
      readonly readOnly?: boolean;
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'DependencyError';
    this.retryable = options.retryable ?? true;
    this.absent = options.absent ?? false;
    this.readOnly = options.readOnly ?? false;
  }
}

/** The error to throw for a fault of a connection. @param cause what the client threw */
export function dependencyFault(
  dependency: Dependency,
  { message, passes }: ConnectionFault,
  cause: unknown,
): DependencyError {
  return new DependencyError(dependency, message, { cause, retryable: passes });
}

/** Readers were not where the caller saw them: another cutover came first. Nothing was changed. */
export class CutoverConflict extends Error {
  readonly code = 'CUTOVER_CONFLICT';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CutoverConflict';
  }
}

/** The lease or its fencing token is another run's now: this one must stop and may change nothing more. */
export class LeaseLost extends Error {
  readonly code = 'LEASE_LOST';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = 'LeaseLost';
  }
}

/** What was asked of a generation does not fit what stands there: it exists already, is missing, or readers point at it. */
export class GenerationConflict extends Error {
  readonly code = 'GENERATION_CONFLICT';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'GenerationConflict';
  }
}
/** The store does not understand a query it was given: a mistake in the query, not a fault of the server. */
export class SearchRefused extends Error {
  readonly code = 'SEARCH_REFUSED';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SearchRefused';
  }
}

/** A server's set-up conflicts with what would be created there: an operator has to change one of the two. */
export class StoreMisconfigured extends Error {
  readonly code = 'STORE_MISCONFIGURED';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreMisconfigured';
  }
}
