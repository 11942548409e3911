import { Histogram, type Registry } from 'prom-client';
import type { Logger } from '@reprise/runtime';
import { excerpt } from '@reprise/runtime/operations';
import { clientClosedRequest, isForOperators, statusOf, type Exchange } from './exchanges.ts';
import { endRequestSpan } from './request-spans.ts';

/** A request as the log and the metrics know it. */
interface FinishedRequest {
  readonly correlationId: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly actor?: string | undefined;
  /** Why its credential was not accepted. */
  readonly refusal?: string | undefined;
}

/** Logs a line for every request (probes and scrapes at `debug`) and observes its duration by method, route and status. */
export class RequestLog {
  readonly #logger: Logger;
  readonly #duration: Histogram<'method' | 'route' | 'status'> | undefined;

  constructor(logger: Logger, metrics?: Registry) {
    this.#logger = logger;
    this.#duration =
      metrics &&
      new Histogram({
        name: 'http_request_duration_seconds',
        help: 'Time from the headers of a request to the end of its answer; status 499: the client disconnected first',
        labelNames: ['method', 'route', 'status'],
        buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
        registers: [metrics],
      });
  }

  /** A request that was answered, refused while it was read, or left by its client. */
  ended(exchange: Exchange): void {
    const { request, begun, id, route = 'none', actor, refusal } = exchange;
    const status = statusOf(exchange);
    endRequestSpan(exchange.span, status, () =>
      this.#write({
        correlationId: id,
        method: request.method ?? 'none',
        url: request.url ?? '',
        route,
        status,
        durationMs: performance.now() - begun,
        actor,
        refusal,
      }),
    );
  }

  /** What was sent instead of a request that could be read. */
  unreadable(correlationId: string, status: number): void {
    this.#write({ correlationId, method: 'none', url: '', route: 'none', status, durationMs: 0 });
  }

  #write({ correlationId, method, url, route, status, durationMs, ...who }: FinishedRequest): void {
    this.#duration?.observe({ method, route, status }, durationMs / 1000);
    const level = isForOperators(route) ? 'debug' : 'info';
    const message = status === clientClosedRequest ? 'client closed request' : 'request';
    const rounded = Math.round(durationMs * 10) / 10;
    this.#logger[level](
      { correlationId, method, url: excerpt(url), status, durationMs: rounded, ...who },
      message,
    );
  }
}
