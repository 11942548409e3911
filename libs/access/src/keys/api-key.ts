import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { everything, isPermission } from '../permission.ts';

/** A key as an application knows it: everything but the key. Times are milliseconds since 1970. */
export interface StoredKey {
  readonly id: string;
  /** What it is for, for people. */
  readonly name: string;
  /** SHA-256 of the whole key, in hexadecimal digits. */
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number | undefined;
}

/** A new key. `text` is shown once and kept nowhere. */
export interface NewKey {
  readonly id: string;
  readonly text: string;
  readonly hash: string;
}

const environmentPattern = /^[a-z][a-z0-9]{0,15}$/;
const keyPattern = /^rp_[a-z][a-z0-9]{0,15}_([0-9a-f]{16})_[0-9a-f]{64}$/;

/** Whether a text may stand for the environment in a key, such as `live`. */
export function isEnvironment(text: string): boolean {
  return environmentPattern.test(text);
}

export function isScope(text: string): boolean {
  return text === everything || isPermission(text);
}

/**
 * Makes a key of an environment, whose name shows people and secret scanners where it belongs. Its secret has 256 random bits, so that
 * guessing is hopeless whatever the hash costs, and a plain SHA-256 of it gives nothing away.
 */
export function newKey(environment: string): NewKey {
  if (!isEnvironment(environment)) throw new RangeError(`not the name of an environment: ${environment}`);
  const id = randomBytes(8).toString('hex');
  const text = `rp_${environment}_${id}_${randomBytes(32).toString('hex')}`;
  return { id, text, hash: hashOf(text) };
}

/** The hash of a whole key, so that no part of it, the environment included, can be exchanged. */
export function hashOf(text: string): string {
  return hash('sha256', text);
}

/** The id in a key; undefined for what has not the form of one. */
export function keyIdOf(text: string): string | undefined {
  return keyPattern.exec(text)?.[1];
}

/** Whether `text` is the key that was stored, compared in a time that does not depend on where they differ. */
export function isKey(stored: StoredKey, text: string): boolean {
  const [kept, given] = [Buffer.from(stored.hash, 'hex'), Buffer.from(hashOf(text), 'hex')];
  return kept.length === given.length && timingSafeEqual(kept, given);
}
