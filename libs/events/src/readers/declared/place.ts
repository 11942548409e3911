import type { RecordContext } from '../envelope-reader.ts';
import { textOf } from '../json-object.ts';

/**
 * Where an attribute stands in a record. A text is a path in the value: a JSON Pointer (RFC 6901) where it begins with `/`,
 * otherwise names with dots between them.
 */
export type Place =
  | string
  /** The last header of that name. */
  | { readonly header: string }
  /** The record's key. */
  | { readonly key: true }
  /** The record's timestamp. */
  | { readonly timestamp: true }
  /** The same for every record. */
  | { readonly constant: string | number };

/** One place, or several of which the first one that is there counts. */
export type Places = Place | readonly Place[];

/** Finds an attribute; undefined where it is not there. `record` is there for all places outside the value. */
export type Locate = (value: unknown, record: RecordContext | undefined) => unknown;

/** How a format writes keys and headers; by default they are text. */
export type TextReader = (bytes: Buffer | string | null | undefined) => unknown;

/** @throws RangeError for a path that no value can have */
export function locate(places: Places, read: TextReader = textOf): Locate {
  if (!isList(places)) return locateOne(places, read);
  const each = places.map((place) => locateOne(place, read));
  return (value, record) => {
    for (const one of each) {
      const found = one(value, record);
      if (found !== undefined && found !== null) return found;
    }
    return undefined;
  };
}

/** Whether all of it stands in the value. */
export function isInValue(places: Places): boolean {
  return listOf(places).every((place) => typeof place === 'string');
}

/** Whether any of it stands in key, headers or timestamp. */
export function isBesideValue(places: Places): boolean {
  return listOf(places).some((place) => typeof place === 'object' && !('constant' in place));
}

/** Whether any of it stands in headers or timestamp. */
export function isBesideKey(places: Places): boolean {
  return listOf(places).some(
    (place) => typeof place === 'object' && ('header' in place || 'timestamp' in place),
  );
}

function listOf(places: Places): readonly Place[] {
  return isList(places) ? places : [places];
}

function isList(places: Places): places is readonly Place[] {
  return Array.isArray(places);
}

function locateOne(place: Place, read: TextReader): Locate {
  if (typeof place === 'string') {
    const names = namesOf(place);
    return (value) => at(value, names);
  }
  if ('header' in place) return (_, record) => read(record!.header(place.header));
  if ('key' in place) return (_, record) => read(record!.key);
  if ('timestamp' in place) return (_, record) => record!.timestamp?.();
  return () => place.constant;
}

/** The value at a path; own members only, so no name reaches a prototype. */
function at(value: unknown, names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function namesOf(path: string): readonly string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) {
    const names = path.split('.');
    if (names.includes('')) throw new RangeError(`The path "${path}" has an empty name.`);
    return names;
  }
  if (/~(?![01])/.test(path)) throw new RangeError(`The path "${path}" has a ~ that is neither ~0 nor ~1.`);
  return path
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}
