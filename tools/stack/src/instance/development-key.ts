import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceState } from './state.ts';

/** How a process finds the development key of an instance, and how the applications find its hash. */
export interface DevelopmentAccess {
  readonly ACCESS_KEYS_FILE: string;
  readonly REPRISE_API_KEY: string;
}

const fileOf = (directory: string): string => join(directory, 'access-keys.json');

/** Undefined for an instance of an older version that has not been brought up since. */
export function developmentAccess(
  { developmentKey }: Pick<InstanceState, 'developmentKey'>,
  directory: string,
): DevelopmentAccess | undefined {
  return developmentKey === undefined
    ? undefined
    : { ACCESS_KEYS_FILE: fileOf(directory), REPRISE_API_KEY: developmentKey };
}

/**
 * Gives an instance that has none a key for everything on the applications that run on it; the caller saves the state. Writes the file
 * by which they know the key, in one step: it holds a hash, and nobody else may read it.
 */
export function provideDevelopmentKey(directory: string, state: InstanceState): void {
  const id = state.developmentKey?.split('_')[2] ?? randomBytes(8).toString('hex');
  state.developmentKey ??= `rp_dev_${id}_${randomBytes(32).toString('hex')}`;
  const key = { id, name: 'development', hash: hash('sha256', state.developmentKey), scopes: ['*'] };
  const draft = `${fileOf(directory)}.${process.pid}`;
  mkdirSync(directory, { recursive: true });
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify({ keys: [key] }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, fileOf(directory));
}
