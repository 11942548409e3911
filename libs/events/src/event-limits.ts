/**
 * Bounds of the values an event may carry. Code that accepts such values from outside (the API's request bodies) shares them.
 * Text lengths count Unicode code points. Stock fits a 32-bit column; money and versions stay integers that JSON keeps exact.
 */
export const eventLimits = {
  identifier: { minLength: 1, maxLength: 128 },
  title: { minLength: 1, maxLength: 200 },
  description: { minLength: 0, maxLength: 10_000 },
  brand: { minLength: 1, maxLength: 100 },
  categoryId: { minLength: 1, maxLength: 64 },
  tags: { maxItems: 20 },
  tag: { minLength: 1, maxLength: 50 },
  reason: { minLength: 1, maxLength: 500 },
  priceMinor: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  stock: { minimum: 0, maximum: 2_147_483_647 },
  stockDelta: { minimum: -2_147_483_647, maximum: 2_147_483_647 },
  aggregateVersion: { minimum: 1, maximum: 2_147_483_647 },
} as const;

/** ISO 4217 alphabetic code by its shape; the event log does not check whether the currency exists. */
export const currencyPattern = '^[A-Z]{3}$';

/** Any text without NUL and lone surrogates: Postgres cannot store the former, UTF-8 cannot carry the latter. */
export const textPattern = '^[^\\u0000\\p{Cs}]*$';

/** W3C Trace Context level 1: version, trace id, parent id, flags. */
export const traceparentPattern = '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$';

const traceparent = new RegExp(traceparentPattern, 'u');

/** Whether a value received from outside may stand in an event's `traceparent`; others are dropped, never stored. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && traceparent.test(value);
}
