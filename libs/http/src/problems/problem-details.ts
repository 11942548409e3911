import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { isError } from '@reprise/runtime';
import { isDependencyFault } from './dependency-fault.ts';
import { excerpt, type StatedProblem } from '@reprise/runtime/operations';
import { ProblemException } from './problem-exception.ts';

/** A problem before it is tied to a request. `unexpected` asks for an error line in the log. */
export interface Problem extends StatedProblem {
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly unexpected: boolean;
}

const slugs: Readonly<Record<number, string>> = {
  400: 'bad-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'request-timeout',
  409: 'conflict',
  412: 'precondition-failed',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  422: 'unprocessable-content',
  428: 'precondition-required',
  429: 'too-many-requests',
  431: 'request-header-fields-too-large',
  503: 'service-unavailable',
};

const dependencyRetrySeconds = 5;

/** Decides what a caller learns about an error. Nothing of an unexpected error leaves the process. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemException) {
    const { retryAfterSeconds, ...members } = error.extra;
    const { slug, title, detail } = error;
    const status = error.getStatus();
    return { status, slug, title, detail, members, retryAfterSeconds, unexpected: status === 500 };
  }
  if (isDependencyFault(error)) {
    return {
      status: 503,
      slug: 'dependency-unavailable',
      title: 'A server this service depends on is unavailable',
      detail: `The request was not completed because a server behind this one did not answer. Try again in ${dependencyRetrySeconds} seconds.`,
      members: {},
      retryAfterSeconds: dependencyRetrySeconds,
      unexpected: true,
    };
  }
  const status = clientErrorStatus(error);
  if (status === undefined) {
    return {
      status: 500,
      slug: 'internal-error',
      title: 'Internal error',
      detail: 'The request failed because of a fault on the server. The log has it under the correlation id.',
      members: {},
      unexpected: true,
    };
  }
  return refusal(status, detailOf(error, status));
}

/** A problem of a request that concerns only its sender, named after its status. */
export function refusal(status: number, detail: string): Problem {
  const title = STATUS_CODES[status] ?? 'Request refused';
  return { status, slug: slugs[status] ?? `status-${status}`, title, detail, members: {}, unexpected: false };
}

/** Nest repeats the whole URL of a path that does not exist, Fastify one it cannot read. */
function detailOf(error: unknown, status: number): string {
  if (status === 404) return 'There is nothing at this path.';
  return isError(error) ? excerpt(error.message) : '';
}

/** The status of an error that Nest or Fastify raised about the request itself (a 404, a body too large, broken JSON). */
function clientErrorStatus(error: unknown): number | undefined {
  let status: unknown;
  if (error instanceof HttpException) status = error.getStatus();
  else if (isError(error) && error.name === 'FastifyError' && 'statusCode' in error)
    status = error.statusCode;
  return typeof status === 'number' && status >= 400 && (status < 500 || status === 503) ? status : undefined;
}
