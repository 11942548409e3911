import { createHash } from 'node:crypto';
import { canonicalJson } from '@reprise/read-model-documents';
import type { SearchCriteria } from './criteria.ts';
import { sortKeys, type SortKey } from './sort-keys.ts';

/** The sort values of the last product of a page. A value is null where a product has none. */
export type SortValues = readonly (string | number | null)[];

/** Where a page begins: after these values, in the generation that the page before was read from. */
export interface Continuation {
  /** The generation's uuid. Nobody can make one up, so a cursor opens no index that a page was not shown of. */
  readonly generation: string;
  readonly after: SortValues;
}

export type CursorResult =
  | { readonly ok: true; readonly from: Continuation }
  /** It was never made by this service, or by an incompatible version of it. */
  | { readonly ok: false; readonly reason: 'unreadable' }
  /** It continues a search with other criteria. */
  | { readonly ok: false; readonly reason: 'other-search' };

/** Changes when an old cursor must not be continued any more. */
const format = 2;

/** Longer than any product id and than what titles are sorted by, in UTF-16 units. */
const longestText = 400;
/** As far from 1970 as a date reaches, in milliseconds. */
const furthestTime = 8.64e15;
/** The highest number that a score, a 32-bit float, can be. */
const highestScore = 3.4028234663852886e38;

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Sixteen hex digits that distinguish one search from another, whatever the page size. */
export function searchKey(criteria: SearchCriteria): string {
  return createHash('sha256').update(canonicalJson(criteria)).digest('hex').slice(0, 16);
}

/** An opaque token for "this search, from there on": base64url of JSON. */
export function encodeCursor(criteria: SearchCriteria, { generation, after }: Continuation): string {
  const content = [format, searchKey(criteria), generation, ...after];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** Reads a cursor for the given criteria; every value is one that its sort key can have. */
export function decodeCursor(cursor: string, criteria: SearchCriteria): CursorResult {
  const unreadable: CursorResult = { ok: false, reason: 'unreadable' };
  const content = parse(cursor);
  if (!Array.isArray(content)) return unreadable;
  const [version, key, generation, ...after] = content as readonly unknown[];
  if (version !== format || typeof key !== 'string') return unreadable;
  if (key !== searchKey(criteria)) return { ok: false, reason: 'other-search' };
  if (typeof generation !== 'string' || !uuidPattern.test(generation)) return unreadable;
  const keys = sortKeys(criteria.sort);
  if (after.length !== keys.length) return unreadable;
  const fits = keys.every((sortKey, index) => isValue(after[index], sortKey));
  return fits ? { ok: true, from: { generation, after: after as unknown as SortValues } } : unreadable;
}

function parse(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isValue(value: unknown, { kind, isNew }: SortKey): boolean {
  switch (kind) {
    case 'score':
      return typeof value === 'number' && value >= 0 && value <= highestScore;
    case 'amount':
      return Number.isSafeInteger(value);
    case 'time':
      return Number.isSafeInteger(value) && Math.abs(value as number) <= furthestTime;
    case 'text':
      if (value === null) return isNew === true;
      return typeof value === 'string' && value.length <= longestText && value.isWellFormed();
  }
}
