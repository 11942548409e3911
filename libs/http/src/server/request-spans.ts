import { SpanStatusCode, type Span } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { excerpt } from '@reprise/runtime/operations';
import {
  attribute,
  isTracing,
  outsideParent,
  ownAttribute,
  parseTraceparent,
  requestSpan,
  startSpan,
  within,
} from '@reprise/runtime/traces';
import { clientClosedRequest, isForOperators, type Exchanges } from './exchanges.ts';

/**
 * Gives every request a span, but for probes and scrapes, and runs what answers it inside. The trace of a caller continues; whether it is
 * recorded is decided here and not by the caller's sampled flag. Without an SDK it adds nothing to the application.
 */
export function traceRequests(fastify: FastifyInstance, exchanges: Exchanges): void {
  if (!isTracing()) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    const exchange = exchanges.of(request.raw);
    const route = request.is404 ? undefined : request.routeOptions.url;
    if (exchange === undefined || isForOperators(route ?? 'none')) return done();
    const { traceparent, tracestate } = request.headers;
    const caller = parseTraceparent(traceparent, tracestate);
    const path = excerpt(request.url.split('?', 1)[0] ?? '');
    const span = startSpan(requestSpan(request.method, route, path), caller && outsideParent(caller));
    span.setAttribute(ownAttribute.correlationId, request.id);
    exchange.span = span;
    within(span, done);
  });
  // The bytes of a body arrive outside of the request's context.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const span = exchanges.of(request.raw)?.span;
    if (span === undefined) done();
    else within(span, done);
  });
}

/** Ends the span of a request that is over, after `log` was called inside of it. */
export function endRequestSpan(span: Span | undefined, status: number, log: () => void): void {
  if (span === undefined) return log();
  within(span, log);
  if (status === clientClosedRequest) span.setAttribute(attribute.errorType, 'client_closed_request');
  else span.setAttribute(attribute.httpStatus, status);
  if (status >= 500) {
    span.setAttribute(attribute.errorType, String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
