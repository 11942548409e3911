import { isError } from '@reprise/runtime';
import { fileText } from '../bounded-text.ts';
import { isScope, type StoredKey } from './api-key.ts';

/** Most bytes of a file with keys: some thousands of them. */
const mostBytes = 2 ** 20;

/** A file with keys that cannot be used. The message names the file and repeats nothing of it. */
export class KeysFileError extends Error {
  override readonly name = 'KeysFileError';
  readonly code = 'KEYS_FILE_UNUSABLE';
  readonly retryable = false;
}

/** The text of a file with these keys; it holds hashes only. */
export function keysFileText(keys: readonly StoredKey[]): string {
  const entries = keys.map(({ id, name, hash, scopes, expiresAt }) => ({
    ...{ id, name, hash, scopes },
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  }));
  return `${JSON.stringify({ keys: entries }, null, 2)}\n`;
}

/**
 * Reads a file of keys.
 * @throws KeysFileError when it cannot be read or holds anything else; then none of its keys counts
 */
export async function readKeysFile(path: string): Promise<StoredKey[]> {
  let text: string;
  try {
    text = await fileText(path, mostBytes);
  } catch (error) {
    throw unusable(path, isError(error) ? error.message : 'it cannot be read', error);
  }
  let entries: unknown;
  try {
    entries = (JSON.parse(text) as { readonly keys?: unknown } | null)?.keys;
  } catch {
    // A parser repeats what it stumbles over.
    throw unusable(path, 'it is not JSON');
  }
  if (!Array.isArray(entries)) throw unusable(path, 'it has no list "keys"');
  return entries.map((entry, index) => {
    const key = keyOf(entry);
    if (key === undefined) throw unusable(path, `entry ${index} of "keys" is not a key`);
    return key;
  });
}

function keyOf(entry: unknown): StoredKey | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { id, name, hash, scopes, expiresAt } = entry as Record<string, unknown>;
  if (typeof id !== 'string' || !/^[0-9a-f]{16}$/.test(id)) return undefined;
  if (typeof name !== 'string' || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined;
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string' && isScope(scope)))
    return undefined;
  if (expiresAt === undefined) return { id, name, hash, scopes, expiresAt };
  const expiry = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(expiry) ? undefined : { id, name, hash, scopes, expiresAt: expiry };
}

function unusable(path: string, why: string, cause?: unknown): KeysFileError {
  return new KeysFileError(
    `The keys in ${path} (ACCESS_KEYS_FILE) cannot be used: ${why}. Nobody is let in by a key of this file until that is corrected.`,
    { cause },
  );
}
