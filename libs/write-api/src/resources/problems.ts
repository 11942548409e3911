import { type Refusal } from '@reprise/aggregate';
import { EventTooLargeError } from '@reprise/outbox';
import { ProblemException } from '@reprise/http';
import { type WriteResult } from '../aggregates/aggregate.ts';
import { NotConnectedError, OutcomeUnknownError } from '../database/errors.ts';
import { entityTagOf } from '../requests/if-match.ts';

/** How each refusal of an aggregate is answered. Its slug is the domain's own word for it. */
export type RefusalAnswers<Reason extends string> = Readonly<
  Record<Reason, { readonly status: number; readonly title: string }>
>;

type Failure<Reason extends string> = Exclude<WriteResult<unknown, Reason>, { readonly state: unknown }>;

/**
 * The answer to a client whose command had no effect.
 * @param noun the word for the aggregate
 */
export function failureProblem<Reason extends string>(
  noun: string,
  answers: RefusalAnswers<Reason>,
  failure: Failure<Reason>,
): ProblemException {
  switch (failure.outcome) {
    case 'refused':
      return refusalProblem(answers, failure.refusal, 'Nothing was changed.');
    case 'stale':
      return new ProblemException(
        412,
        'stale-version',
        `The ${noun} has changed`,
        `The ${noun} is at version ${failure.version}, which If-Match does not name. Read it, decide again, and send ` +
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
export function refusalProblem<Reason extends string>(
  answers: RefusalAnswers<Reason>,
  { reason, detail }: Pick<Refusal<Reason>, 'reason' | 'detail'>,
  consequence = '',
): ProblemException {
  const { status, title } = answers[reason];
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
      'again with the same Idempotency-Key if it had one, else read what it was to change first.',
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
