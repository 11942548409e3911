import { deepStrictEqual, fail, rejects as rejectsWith } from 'node:assert/strict';
import { types } from 'node:util';

/** Compares by members, whatever realm or class the objects are of. A member that is undefined equals one that is left out. */
export function equal(actual: unknown, expected: unknown, message?: string): void {
  deepStrictEqual(plain(actual), plain(expected), message);
}

/** Compares the members that `expected` has, and theirs. */
export function includes(actual: unknown, expected: object, message?: string): void {
  equal(membersOf(actual, expected), expected, message);
}

/** Expects a rejection with an error of that code. */
export function refused(work: Promise<unknown>, code: string): Promise<void> {
  return rejectsWith(work, (error: unknown) => {
    const found = (error as { code?: unknown } | undefined)?.code;
    if (found !== code) fail(`expected an error with the code ${code}, and got ${String(error)}`);
    return true;
  });
}

/** Expects a rejection with that very reason. */
export function rejectedWith(work: Promise<unknown>, reason: unknown): Promise<void> {
  return rejectsWith(work, (error: unknown) => error === reason);
}

function membersOf(actual: unknown, expected: unknown): unknown {
  if (!isObject(expected) || !isObject(actual) || Array.isArray(expected)) return actual;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, membersOf(actual[key], expected[key])]));
}

function plain(value: unknown): unknown {
  // Made here: an array of another realm maps to one of that.
  if (Array.isArray(value)) return Array.from(value, plain);
  if (types.isMap(value)) return { entries: [...value].map(plain) };
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
