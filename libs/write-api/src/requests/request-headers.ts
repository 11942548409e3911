import { createParamDecorator, ParseUUIDPipe, type ExecutionContext } from '@nestjs/common';
import { ProblemException, validationProblem } from '@reprise/http';
import { formatTraceparent, parseTraceparent } from '@reprise/runtime/traces';
import { type IncomingHttpHeaders } from 'node:http';
import { maxKeyLength, parseIdempotencyKey, requestHash, type IdempotentRequest } from './idempotency.ts';
import { parseIfMatch, type ExpectedVersion } from './if-match.ts';

/** Where a command came from, kept in its event. */
export interface CommandSource {
  readonly correlationId: string;
  /** Of the request, where it has a valid one. */
  readonly traceparent?: string | undefined;
  /** Who gave it; undefined where nobody has to say who they are. */
  readonly actor?: string | undefined;
  /** Given when the request carries an Idempotency-Key. */
  readonly idempotent?: IdempotentRequest | undefined;
}

interface Request {
  readonly id: string;
  readonly actor?: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** The aggregate's id in the path. */
export const idPipe = new ParseUUIDPipe({
  exceptionFactory: () => validationProblem([{ field: 'id', message: 'id must be a UUID' }]),
});

/** The versions a change may be made to, from `If-Match`, which every change must carry. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): ExpectedVersion => {
  const ifMatch = parseIfMatch(context.switchToHttp().getRequest<Request>().headers['if-match']);
  if (ifMatch.outcome === 'given') return ifMatch.expected;
  if (ifMatch.outcome === 'missing') {
    throw new ProblemException(
      428,
      'precondition-required',
      'If-Match is required',
      'A change must name the version that it changes. Read what is to be changed, send its ETag as If-Match ' +
        '(or * to accept any version), and try again. Nothing was changed.',
    );
  }
  throw new ProblemException(
    400,
    'malformed-if-match',
    'If-Match is malformed',
    'If-Match must be an ETag of what is to be changed, as it was received, such as "3" with its quotes, or *. Nothing was changed.',
  );
});

/** Correlation id, trace context, actor and Idempotency-Key of a request. */
export const Source = createParamDecorator((_: unknown, context: ExecutionContext): CommandSource => {
  const request = context.switchToHttp().getRequest<Request>();
  const caller = parseTraceparent(request.headers['traceparent']);
  return {
    correlationId: request.id,
    traceparent: caller && formatTraceparent(caller),
    actor: request.actor,
    idempotent: idempotentRequest(request),
  };
});

function idempotentRequest({ method, url, headers, body }: Request): IdempotentRequest | undefined {
  const header = headers['idempotency-key'];
  const key = parseIdempotencyKey(Array.isArray(header) ? header.join() : header);
  if (key.outcome === 'absent') return undefined;
  if (key.outcome === 'given') return { key: key.key, hash: requestHash(method, url, body) };
  throw new ProblemException(
    400,
    'malformed-idempotency-key',
    'Idempotency-Key is malformed',
    `Idempotency-Key must be 1 to ${maxKeyLength} printable ASCII characters without spaces. Nothing was changed.`,
  );
}
