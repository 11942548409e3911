/**
 * Writes a JSON value in one form only: keys sorted by code unit, no white space, `undefined` members left out (RFC 8785's
 * rules for objects; numbers and strings are written as JSON.stringify writes them, which is what RFC 8785 asks for).
 *
 * @throws TypeError for a number that JSON cannot hold, or a value that is not JSON (function, bigint, symbol, Date)
 */
export function canonicalJson(value: unknown): string {
  const sorted = inKeyOrder(value);
  return sorted === unorderable ? writtenByHand(value) : JSON.stringify(sorted);
}

/** Stands for an object that no copy can hold in key order. */
const unorderable = Symbol('unorderable');

/**
 * The same value with the members of every object in key order, for `JSON.stringify`, which writes them in the order they were
 * made in and is several times faster than any walk over the members that builds the text itself.
 */
function inKeyOrder(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return finite(value);
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    for (const element of value as unknown[]) {
      const sorted = inKeyOrder(element);
      if (sorted === unorderable) return unorderable;
      copy.push(sorted);
    }
    return copy;
  }
  const members = membersOf(value);
  const { keys, orderable } = shapeOf(Object.keys(members));
  if (!orderable) return unorderable;
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    const member = members[key];
    if (member === undefined) continue;
    const sorted = inKeyOrder(member);
    if (sorted === unorderable) return unorderable;
    copy[key] = sorted;
  }
  return copy;
}

interface Shape {
  /** Keys in the order an object has them. */
  readonly given: readonly string[];
  /** The same keys sorted. */
  readonly keys: readonly string[];
  /** False when an object does not keep its keys in the order they are set: JavaScript moves integer keys to the front. */
  readonly orderable: boolean;
}

let lastShape: Shape = { given: [], keys: [], orderable: true };

/** Documents of a read model have the same keys in the same order over and over: they are sorted once. */
function shapeOf(given: readonly string[]): Shape {
  const last = lastShape.given;
  let same = given.length === last.length;
  for (let i = 0; same && i < given.length; i++) same = given[i] === last[i];
  if (!same) {
    const orderable = !given.some((key) => /^\d+$/.test(key) || key === '__proto__');
    lastShape = { given, keys: given.toSorted(), orderable };
  }
  return lastShape;
}

/** The slow way, for objects that cannot be copied in key order. */
function writtenByHand(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return JSON.stringify(finite(value));
  if (Array.isArray(value)) return `[${Array.from(value as unknown[], writtenByHand).join(',')}]`;
  const members = membersOf(value);
  const written = Object.keys(members)
    .filter((key) => members[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${writtenByHand(members[key])}`);
  return `{${written.join(',')}}`;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`${value} is not a JSON number`);
  return value;
}

function membersOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`a ${typeof value} is not a JSON value`);
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    throw new TypeError(`a ${value.constructor.name} is not a JSON value`);
  }
  return value as Record<string, unknown>;
}
