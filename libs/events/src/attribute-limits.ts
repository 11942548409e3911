/**
 * Bounds of an envelope's attributes. Text lengths count Unicode code points. Versions fit a 32-bit column where they count the
 * events of an aggregate.
 */
export const attributeLimits = {
  identifier: { minLength: 1, maxLength: 128 },
  aggregateVersion: { minimum: 1, maximum: 2_147_483_647 },
} as const;

/** Any text without NUL and lone surrogates: Postgres cannot store the former, UTF-8 cannot carry the latter. */
export const textPattern = '^[^\\u0000\\p{Cs}]*$';

/** W3C Trace Context level 1: version, trace id, parent id, flags. */
export const traceparentPattern = '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$';

const traceparent = new RegExp(traceparentPattern, 'u');

/** Whether a value received from outside may stand in an event's `traceparent`; others are dropped, never stored. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && traceparent.test(value);
}
