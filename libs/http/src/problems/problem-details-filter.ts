import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@reprise/runtime';
import { correlationIdHeader } from '../requests/correlation-id.ts';
import type { HttpReply, HttpRequest } from '../http-messages.ts';
import { excerpt, problemDetails, problemMediaType } from '@reprise/runtime/operations';
import { problemOf } from './problem-details.ts';

/** Answers every error as `application/problem+json` and logs the unexpected ones. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<HttpRequest>(), http.getResponse<HttpReply>());
  }

  /** Also used for errors Fastify raises before Nest sees the request. */
  answer(error: unknown, request: HttpRequest, reply: HttpReply): void {
    if (isCutShort(request)) return;
    const problem = problemOf(error);
    if (problem.unexpected) {
      const { id: correlationId, method } = request;
      const url = excerpt(request.url);
      this.#logger.error(
        { err: error, correlationId, method, url, status: problem.status },
        'request failed',
      );
    }
    if (reply.sent) return;
    if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
    // Fastify runs no hooks for a request it refuses itself, so what they set is set here too.
    reply.header(correlationIdHeader, request.id).header('x-content-type-options', 'nosniff');
    const body = problemDetails(problem, request.url, request.id);
    reply.status(problem.status).header('content-type', problemMediaType).send(JSON.stringify(body));
  }
}

/** Whether the connection ended before the whole request had come: nobody failed, and nobody waits for an answer. */
function isCutShort({ raw }: HttpRequest): boolean {
  return raw.destroyed && raw.complete === false;
}
