import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { isLoopback } from '../configuration/clear-text.ts';
import type { Logger } from '../logging/logger.ts';
import { checksAnswer, isReady, metricsContentType, notReady, retryAfterSeconds } from './health-answers.ts';
import { excerpt, problemDetails, problemMediaType, type StatedProblem } from './problem-details.ts';
import { Readiness, type ReadinessChecks } from './readiness.ts';

export interface ServedOperations {
  readonly ready: ReadinessChecks;
  readonly metrics: Registry;
  /** Logs the port, and why a check fails. */
  readonly logger: Logger;
  /** How long one check may take, in milliseconds. Default 3,000. */
  readonly checkTimeoutMs?: number;
  /**
   * Whether a caller may read metrics and which checks fail, by the `Authorization` header of the request. Left out, every process on
   * this machine may, and the server listens on a loopback address only.
   */
  readonly mayRead?: (authorization: string | undefined) => Promise<boolean>;
}

export interface OperationsServer {
  readonly port: number;
  /** Stops accepting, and gives requests under way a moment to finish. */
  close(): Promise<void>;
}

/** Anybody may connect, and whoever does is a probe or a scraper: a few short requests at a time. */
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 30_000,
};
const mostConnections = 100;
const drainMs = 2_000;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Serves `GET /health/live` and `GET /health/ready` to anybody, and `GET /health/checks` and `GET /metrics` to who may read them, for a
 * process that has no other HTTP server. Its answers are those of the processes that have one.
 *
 * @param address port 0 takes any free one; the host is 127.0.0.1 if left out
 * @throws RangeError for an address that other machines reach without `mayRead`, Error of Node's when it cannot listen there
 */
export async function serveOperations(
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
  { ready, metrics, logger, checkTimeoutMs = 3_000, mayRead }: ServedOperations,
): Promise<OperationsServer> {
  if (mayRead === undefined && !isLoopback(host))
    throw new RangeError(
      `Other machines reach ${host}, and nothing says who may read metrics there. Nothing listens. Give mayRead, or listen on 127.0.0.1.`,
    );
  const readiness = new Readiness(ready, checkTimeoutMs, logger);
  const server = createServer(limits, (request, response) => {
    const id = randomUUID();
    answerTo(request, id, { readiness, metrics, mayRead: mayRead ?? anybody })
      .catch((error: unknown) => {
        logger.error({ err: error, correlationId: id, url: excerpt(request.url ?? '') }, 'request failed');
        const detail =
          'The request failed because of a fault on the server. The log has it under the correlation id.';
        return problem(request, id, { status: 500, slug: 'internal-error', title: 'Internal error', detail });
      })
      .then((answer) => send(request, response, id, answer))
      .catch(() => response.destroy());
  });
  server.maxConnections = mostConnections;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  logger.info({ port: bound, host }, 'listening');
  return {
    port: bound,
    close: async () => {
      const closed = once(server, 'close');
      const cutOff = setTimeout(() => server.closeAllConnections(), drainMs);
      server.close();
      await closed;
      clearTimeout(cutOff);
    },
  };
}

const anybody = (): Promise<boolean> => Promise.resolve(true);

const openPaths: readonly (string | undefined)[] = ['/health/live', '/health/ready'];
const paths: readonly (string | undefined)[] = [...openPaths, '/health/checks', '/metrics'];

const notFound: StatedProblem = {
  ...{ status: 404, slug: 'not-found', title: 'Not Found', detail: 'There is nothing at this path.' },
};

const unauthenticated: StatedProblem = {
  status: 401,
  slug: 'unauthenticated',
  title: 'Unauthenticated',
  detail: 'This request needs a credential that allows metrics:read, as "Authorization: Bearer …".',
};

interface Answering {
  readonly readiness: Readiness;
  readonly metrics: Registry;
  readonly mayRead: NonNullable<ServedOperations['mayRead']>;
}

async function answerTo(
  request: IncomingMessage,
  id: string,
  { readiness, metrics, mayRead }: Answering,
): Promise<Answer> {
  const { method = '', headersDistinct } = request;
  const path = (request.url ?? '').split('?', 1)[0];
  if (!paths.includes(path)) return problem(request, id, notFound);
  if (method !== 'GET' && method !== 'HEAD') {
    const detail = `${method} is not allowed on this path; allowed: GET, HEAD. Nothing was changed.`;
    const refused = { status: 405, slug: 'method-not-allowed', title: 'Method Not Allowed', detail };
    return { ...problem(request, id, refused), headers: { allow: 'GET, HEAD' } };
  }
  // With two credentials a request has none: a proxy may have gone by the other one.
  const [credential, ...others] = headersDistinct['authorization'] ?? [];
  const authorization = others.length === 0 ? credential : undefined;
  if (!openPaths.includes(path) && !(await mayRead(authorization)))
    return { ...problem(request, id, unauthenticated), headers: { 'www-authenticate': 'Bearer' } };
  if (path === '/metrics') return { status: 200, type: metricsContentType, body: await metrics.metrics() };
  if (path === '/health/live') return json(200, { status: 'live' });
  const results = await readiness.look();
  if (path === '/health/checks') return json(200, checksAnswer(results));
  if (isReady(results)) return json(200, { status: 'ready' });
  return { ...problem(request, id, notReady), headers: { 'retry-after': String(retryAfterSeconds) } };
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function problem({ url = '' }: IncomingMessage, correlationId: string, stated: StatedProblem): Answer {
  const body = JSON.stringify(problemDetails(stated, url, correlationId));
  return { status: stated.status, type: problemMediaType, body };
}

function send(request: IncomingMessage, response: ServerResponse, id: string, answer: Answer): void {
  const bytes = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': bytes.length,
    'x-correlation-id': id,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...answer.headers,
    // A body is not read: the connection cannot carry another request after it.
    ...(hasBody(request) && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
