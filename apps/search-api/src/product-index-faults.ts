import { ProblemException } from '@reprise/http';
import { commandLine } from '@reprise/runtime/commands';

/** Nobody has built the read model yet, or its alias was taken away. */
export function indexMissing(alias: string, cause?: unknown): ProblemException {
  return new ProblemException(
    503,
    'index-missing',
    'The search index is missing',
    `The alias "${alias}" points to no index, so nothing can be searched. No data is lost. The fastest way back, in a second where an earlier generation is there: ${commandLine.rollback('product_search')}; else build one: ${commandLine.rebuild('product_search')}`,
    { retryAfterSeconds: 30, cause },
  );
}

/** Partial answers would be wrong answers, so a search that takes too long fails as a whole. */
export function searchTimedOut(): ProblemException {
  return new ProblemException(
    503,
    'search-timed-out',
    'The search took too long',
    'Elasticsearch exceeded its time limit. Narrow the search, or try again in 5 seconds.',
    { retryAfterSeconds: 5 },
  );
}

/** Nobody is there to take the answer: no fault of this service or of Elasticsearch, and neither counted nor logged as one. */
export function callerGone(cause: unknown): ProblemException {
  return new ProblemException(
    499,
    'caller-gone',
    'The caller closed the connection',
    'The request was abandoned because its caller closed the connection.',
    { cause },
  );
}
