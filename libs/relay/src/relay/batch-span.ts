import type { SpanContext } from '@opentelemetry/api';
import { type OutboxMessage } from '@reprise/outbox';
import { isTracing, parseTraceparent, relaySpan, startBatchSpan, untilDone } from '@reprise/runtime/traces';

/**
 * Publishes one batch in its own span, linked to the creation of its events. The payload goes out as it is: what the events carry of
 * a trace is read here and never written.
 */
export async function inBatchSpan<T>(
  messages: readonly OutboxMessage[],
  publish: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return publish();
  return untilDone(startBatchSpan(relaySpan(messages.length), messages.map(creationOf)), publish);
}

/** What an event says of its creation; the payload is what a context has stored, in whatever format. */
export function creationOf({ payload }: Pick<OutboxMessage, 'payload'>): SpanContext | undefined {
  if (payload === null || !payload.includes('"traceparent"')) return undefined;
  try {
    const event = JSON.parse(payload) as { readonly traceparent?: unknown } | null;
    return parseTraceparent(event?.traceparent);
  } catch {
    return undefined;
  }
}
