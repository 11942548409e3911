import { createHash } from 'node:crypto';
import { canonicalJson } from '@reprise/read-model-documents';
import type { SearchCriteria } from './criteria.ts';
import { sortKeys } from './sort-keys.ts';

/** The sort values of the last product of a page. A value is null where a product has none. */
export type SortValues = readonly (string | number | null)[];

export type CursorResult =
  | { readonly ok: true; readonly after: SortValues }
  /** It was never made by this service, or by an incompatible version of it. */
  | { readonly ok: false; readonly reason: 'unreadable' }
  /** It continues a search with other criteria. */
  | { readonly ok: false; readonly reason: 'other-search' };

/** Changes when an old cursor must not be continued any more. */
const format = 1;

const longestText = 2_000;

/** Sixteen hex digits that tell one search from another; the page size is no part of it. */
export function searchKey(criteria: SearchCriteria): string {
  return createHash('sha256').update(canonicalJson(criteria)).digest('hex').slice(0, 16);
}

/** An opaque token for "after these values of this search": base64url of JSON. It holds no secret and grants nothing. */
export function encodeCursor(criteria: SearchCriteria, after: SortValues): string {
  return Buffer.from(JSON.stringify([format, searchKey(criteria), ...after])).toString('base64url');
}

/** Reads a cursor for the given criteria; every value has the kind its sort key asks for. */
export function decodeCursor(cursor: string, criteria: SearchCriteria): CursorResult {
  const unreadable: CursorResult = { ok: false, reason: 'unreadable' };
  const content = parse(cursor);
  if (!Array.isArray(content) || content[0] !== format || typeof content[1] !== 'string') return unreadable;
  if (content[1] !== searchKey(criteria)) return { ok: false, reason: 'other-search' };
  const after: unknown[] = content.slice(2);
  const keys = sortKeys(criteria.sort);
  if (after.length !== keys.length) return unreadable;
  const fits = keys.every(({ kind }, index) => isValue(after[index], kind));
  return fits ? { ok: true, after: after as unknown as SortValues } : unreadable;
}

function parse(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isValue(value: unknown, kind: 'number' | 'text'): boolean {
  if (value === null) return true;
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === 'string' && value.length <= longestText;
}
