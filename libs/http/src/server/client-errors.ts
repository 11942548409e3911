import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemDetails, problemMediaType } from '@reprise/runtime/operations';
import { refusal, type Problem } from '../problems/problem-details.ts';
import { correlationIdFrom, correlationIdHeader } from '../requests/correlation-id.ts';
import type { Exchanges } from './exchanges.ts';
import type { RequestLog } from './request-log.ts';

/**
 * Answers what never became a request, or stopped being one: headers too large or too slow, a body that stays away, bytes that are no
 * HTTP. A problem document like any other, with a correlation id, after which the connection is closed.
 */
export function clientErrorHandler(
  exchanges: () => Exchanges,
  log: RequestLog,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    const exchange = exchanges().on(socket);
    const answered = exchange?.response.headersSent ?? false;
    // A connection that broke has nobody to answer; the exchange ends with it, as left by its client.
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable || answered) {
      socket.destroy();
      return;
    }
    const problem = problemOfParser(error.code);
    const id = exchange?.id ?? (exchange ? correlationIdFrom(exchange.request.headers) : randomUUID());
    if (exchange) Object.assign(exchange, { id, refused: problem.status });
    else log.unreadable(id, problem.status);
    socket.end(answerText(problem, exchange?.request.url, id));
    socket.destroySoon();
  };
}

function problemOfParser(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusal(408, 'The request did not arrive in time. Send it again, faster. Nothing was changed.');
    case 'HPE_HEADER_OVERFLOW':
      return refusal(
        431,
        'The request line and headers together are larger than 16 KiB. Nothing was changed.',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refusal(413, 'The chunk extensions are too large. Nothing was changed.');
    default:
      return refusal(400, 'The request is not HTTP/1.1. Nothing was changed.');
  }
}

function answerText(problem: Problem, url: string | undefined, id: string): string {
  const body = JSON.stringify(problemDetails(problem, url, id));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `${correlationIdHeader}: ${id}`,
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
