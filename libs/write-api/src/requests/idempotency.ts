import { hash } from 'node:crypto';

/** A request a client may send again without fear of a second effect. */
export interface IdempotentRequest {
  readonly key: string;
  /** Distinguishes this request from others: the same key with another hash is a client's mistake. */
  readonly hash: string;
}

export type IdempotencyKey =
  | { readonly outcome: 'given'; readonly key: string }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'malformed' };

/** Longest key accepted, in characters. A UUID has 36. */
export const maxKeyLength = 255;

/**
 * Reads an `Idempotency-Key` header (IETF draft-ietf-httpapi-idempotency-key-header). The draft wants a quoted string, many
 * clients send a bare one: the key is taken as it stands, any printable ASCII.
 */
export function parseIdempotencyKey(header: string | undefined): IdempotencyKey {
  const key = header?.trim();
  if (key === undefined) return { outcome: 'absent' };
  return /^[\x21-\x7e]+$/.test(key) && key.length <= maxKeyLength
    ? { outcome: 'given', key }
    : { outcome: 'malformed' };
}

/**
 * The hash of what a request asks for: method, path and body, whatever order the body's members came in. `If-Match` plays no
 * part, so a client that lost the answer and has read the aggregate again still gets the first answer.
 */
export function requestHash(method: string, url: string, body: unknown): string {
  const path = url.split('?', 1)[0] ?? url;
  return hash('sha256', `${method}\n${path}\n${JSON.stringify(body, withSortedMembers) ?? ''}`, 'base64url');
}

/** A replacer of `JSON.stringify`: objects at any depth with their members in order. */
function withSortedMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
