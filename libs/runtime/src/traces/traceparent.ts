import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api';

const form = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/u;

/** As long as W3C asks to pass on; a longer one is dropped whole, so that none is cut into another's. */
const maxTraceStateChars = 512;

/**
 * The span context that a W3C `traceparent` names. It may come from anywhere: whatever is not exactly 55 characters of the form, with ids
 * that are not all zero, names none.
 */
export function parseTraceparent(value: unknown, tracestate?: unknown): SpanContext | undefined {
  if (typeof value !== 'string' || value.length !== 55) return undefined;
  const found = form.exec(value);
  if (found === null) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = found;
  const spanContext: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(typeof tracestate === 'string' &&
      tracestate.length <= maxTraceStateChars && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** The other way round: what an event carries of the span that created it. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`;
}
