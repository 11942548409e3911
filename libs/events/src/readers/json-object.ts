import { noValue, notJson, type OpenFailure } from './open-failure.ts';
import type { JsonObject } from './open-failure.ts';

/** Throws at bytes that are not UTF-8 instead of replacing them; a byte order mark stays and makes it invalid JSON (RFC 8259, 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON object that a record's value is, or why it is none. */
export function jsonObject(
  value: Buffer | string | null,
): { readonly ok: true; readonly object: JsonObject } | OpenFailure {
  if (value === null) return noValue;
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof value === 'string' ? value : utf8.decode(value));
  } catch {
    return notJson;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return {
      ok: false,
      reason: 'not-an-envelope',
      message: 'not an event envelope: the JSON value is not an object',
    };
  }
  return { ok: true, object: parsed as JsonObject };
}
