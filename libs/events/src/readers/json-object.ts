import { noValue, notJson, type OpenFailure } from './open-failure.ts';
import type { JsonObject } from './open-failure.ts';

/** Throws at bytes that are not UTF-8 instead of replacing them; a byte order mark stays and makes it invalid JSON (RFC 8259, 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Parsed = { readonly ok: true; readonly json: unknown } | OpenFailure;

/** The JSON that a record's value is, or why it is none. */
export function jsonOf(value: Buffer | string | null): Parsed {
  if (value === null) return noValue;
  try {
    return { ok: true, json: JSON.parse(typeof value === 'string' ? value : utf8.decode(value)) };
  } catch {
    return notJson;
  }
}

/** The JSON object that a record's value is, or why it is none. */
export function jsonObject(
  value: Buffer | string | null,
): { readonly ok: true; readonly object: JsonObject } | OpenFailure {
  const parsed = jsonOf(value);
  if (!parsed.ok) return parsed;
  return isJsonObject(parsed.json) ? { ok: true, object: parsed.json } : notAnObject;
}

export const notAnObject: OpenFailure = {
  ok: false,
  reason: 'not-an-envelope',
  message: 'not an event envelope: the JSON value is not an object',
};

export function isJsonObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Text of a key or header. Bytes that are not UTF-8 stay as they are, so that the schema refuses them as no text. */
export function textOf(bytes: Buffer | string | null | undefined): unknown {
  if (!(bytes instanceof Uint8Array)) return bytes ?? undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}
