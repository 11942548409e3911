import { randomBytes } from 'node:crypto';

const given = new Set<string>();

/**
 * A name nobody else has, fit for an index, an alias, a topic and a database: the prefix, lower-cased, and a random part.
 */
export function freshName(prefix: string): string {
  if (!/^[a-z][a-z0-9_.-]{0,60}$/.test(prefix)) {
    throw new RangeError(`"${prefix}" is no prefix for names: lower-case letters, digits, "_", "-" and "."`);
  }
  const name = `${prefix}_${Date.now().toString(36)}${randomBytes(5).toString('hex')}`;
  given.add(name);
  return name;
}

/** Whether this test file got `name` from {@link freshName}; what it did not get it must not delete. */
export function isFresh(name: string): boolean {
  return given.has(name);
}
