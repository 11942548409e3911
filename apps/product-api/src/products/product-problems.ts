import { EventTooLargeError } from '@reprise/outbox';
import { type Refusal, type RefusalReason } from '@reprise/product-domain';
import { ProblemException } from '@reprise/runtime/http';
import { NotConnectedError, OutcomeUnknownError } from '../errors.ts';
import { entityTagOf } from './if-match.ts';
import { type WriteResult } from './product-store.ts';

type Failure = Exclude<WriteResult, { readonly state: unknown }>;

const refusals: Readonly<Record<RefusalReason, { readonly status: number; readonly title: string }>> = {
  'product-not-found': { status: 404, title: 'No such product' },
  'product-deleted': { status: 410, title: 'The product was deleted' },
  'product-already-exists': { status: 409, title: 'The product exists already' },
  'insufficient-stock': { status: 409, title: 'Not enough stock' },
  'stock-limit-exceeded': { status: 409, title: 'Stock limit exceeded' },
  'invalid-value': { status: 400, title: 'A value cannot be stored' },
};

/** The answer to a client whose command had no effect. The `type` of a refusal is the domain's own word for it. */
export function failureProblem(failure: Failure): ProblemException {
  switch (failure.outcome) {
    case 'refused':
      return refusalProblem(failure.refusal, 'Nothing was changed.');
    case 'stale':
      return new ProblemException(
        412,
        'stale-version',
        'The product has changed',
        `The product is at version ${failure.version}, which If-Match does not name. Read it, decide again, and send ` +
          `If-Match: ${entityTagOf(failure.version)}. Nothing was changed.`,
        { currentVersion: failure.version },
      );
    case 'key-reused':
      return new ProblemException(
        422,
        'idempotency-key-reused',
        'The Idempotency-Key belongs to another request',
        'This key was used for a request with another method, path or body. Use a new key for a new request. ' +
          'Nothing was changed.',
      );
  }
}

/** A read without a result ends here too; it need not say what was changed. */
export function refusalProblem(
  { reason, detail }: Pick<Refusal, 'reason' | 'detail'>,
  consequence = '',
): ProblemException {
  const { status, title } = refusals[reason];
  return new ProblemException(status, reason, title, `${detail} ${consequence}`.trimEnd());
}

/** The answer to a client for an error that this API knows; the frame answers all others. */
export function errorProblem(error: unknown): unknown {
  if (error instanceof OutcomeUnknownError) return outcomeUnknownProblem(error);
  if (error instanceof NotConnectedError) return notConnectedProblem(error);
  if (error instanceof EventTooLargeError) {
    return new ProblemException(
      413,
      'event-too-large',
      'The change is too large to be published',
      `Make the texts shorter: ${error.message}. Nothing was changed.`,
      { cause: error },
    );
  }
  return error;
}

/** A change whose outcome is unknown: the client has to find out, and may safely do so by repeating a request with a key. */
function outcomeUnknownProblem(cause: unknown): ProblemException {
  return new ProblemException(
    503,
    'outcome-unknown',
    'Unknown whether the change was made',
    'The database stopped answering while storing the change; it was stored completely or not at all. Send the request ' +
      'again with the same Idempotency-Key if it had one, else read the product first.',
    { retryAfterSeconds: 5, cause },
  );
}

/** The process started before its database did. */
function notConnectedProblem(cause: unknown): ProblemException {
  return new ProblemException(
    503,
    'dependency-unavailable',
    'The database cannot be reached',
    'The API has not reached its database since it started. Nothing was changed. Send the request again in a moment.',
    { retryAfterSeconds: 5, cause },
  );
}
