import { Histogram, type Registry } from 'prom-client';
import type { Logger } from '../logger.ts';

interface FinishedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly routeOptions?: { readonly url?: string };
}

interface FinishedReply {
  readonly statusCode: number;
  readonly elapsedTime: number;
}

/** The part of a Fastify instance that is used here. */
interface RequestHooks {
  addHook(
    name: 'onResponse',
    hook: (request: FinishedRequest, reply: FinishedReply, done: () => void) => void,
  ): unknown;
}

/** Logs a line for every answered request (probes and scrapes at `debug`) and observes its duration by method, route and status. */
export function recordRequests(fastify: RequestHooks, logger: Logger, metrics?: Registry): void {
  const duration =
    metrics &&
    new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [metrics],
    });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions?.url ?? 'none';
    const status = reply.statusCode;
    duration?.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    const level = route.startsWith('/health/') || route === '/metrics' ? 'debug' : 'info';
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    const { id: correlationId, method, url } = request;
    logger[level]({ correlationId, method, url, status, durationMs }, 'request');
    done();
  });
}
