import type { CloudEventAttributes } from './readers/cloud-events.ts';

/** Media type of an event in CloudEvents structured mode. */
export const eventContentType = 'application/cloudevents+json';

/** Kafka headers of an event: its media type and, when it has one, its trace context. */
export function eventHeaders(event: Pick<CloudEventAttributes, 'traceparent'>): Record<string, string> {
  return {
    'content-type': eventContentType,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
  };
}
