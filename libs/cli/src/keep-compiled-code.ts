import { lstatSync, mkdirSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Lets Node keep what it compiled, so that the next command starts sooner. What lies there is run, so it is a folder that only this
 * account can write to, never the one for temporary files, which is Node's own choice. Without such a folder everything is compiled
 * again. `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` wants none: Node reads both itself.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv): void {
  // In a clone, the loader of the sources has a folder in it.
  if (getCompileCacheDir() !== undefined) return;
  const folder = codeFolder(env);
  if (folder !== undefined) enableCompileCache(folder);
}

/** A folder below the account's cache that only the account can write to; made if it is not there, undefined if there can be none. */
export function codeFolder(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['XDG_CACHE_HOME'] ?? '';
  try {
    const cache = isAbsolute(named) ? named : join(homedir(), '.cache');
    const folders = [cache, join(cache, 'reprise'), join(cache, 'reprise', 'code')];
    return folders.every(isOnlyOurs) ? folders.at(-1) : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever may write to a folder on the way could put code there for this account to run. */
function isOnlyOurs(folder: string): boolean {
  make(folder);
  const entry = lstatSync(folder);
  return entry.uid === process.geteuid?.() && (entry.mode & 0o022) === 0;
}

/** One folder at a time: with `recursive`, Node never returns where a file system refuses with ENOENT, as /proc does. */
function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
