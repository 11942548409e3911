import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder tools/stack, from its sources as well as from dist. */
export const stackFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The root of the workspace. */
export const workspaceRoot = dirname(dirname(stackFolder));

/** The folder of the instance that needs no name. */
export const defaultDirectory = join(workspaceRoot, '.stack');

/**
 * The folder of the instance meant: the option (from the current folder), else REPRISE_STACK_DIR (from the root of the
 * workspace, whatever folder a program runs in), else `.stack` of the workspace.
 */
export function instanceDirectory(option?: string, env: NodeJS.ProcessEnv = process.env): string {
  return option ? resolve(option) : resolve(workspaceRoot, env['REPRISE_STACK_DIR'] || defaultDirectory);
}

/**
 * Where the verified artifacts are kept for all clones and instances of this user: REPRISE_STACK_CACHE, else the
 * system's cache folder. Root's is outside of its home, which the account of the servers cannot enter.
 */
export function cacheDirectory(
  env: NodeJS.ProcessEnv = process.env,
  isRoot = process.getuid?.() === 0,
): string {
  const chosen = env['REPRISE_STACK_CACHE'];
  if (chosen) return resolve(chosen);
  if (isRoot) return '/var/cache/reprise-stack';
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/reprise-stack');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'reprise-stack');
}

/** A short name for an instance folder, for places outside of it. */
export function directoryKey(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 12);
}
