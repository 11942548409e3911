import { lstatSync, mkdtempSync, readdirSync, rmdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/*
 * Everything a rebuild puts on the disk lies in a directory of mode 0700 that its own account made under an unpredictable name:
 * the private root, directly below the work directory. Nobody else can write there, so work in it cannot be
 * diverted; anything beside it is never touched.
 */

/** The account whose rights this process has; undefined where files have no such owner. */
const account = process.geteuid?.();
const prefix = `reprise-${account ?? 'files'}-`;

/** True for what belongs to this account and nobody else may write to. */
export function isPrivate(stats: Pick<Stats, 'uid' | 'mode'>): boolean {
  return account === undefined || (stats.uid === account && (stats.mode & 0o022) === 0);
}

/** The private roots of this account below a directory; usually one, or none. Names that anybody may take prove nothing. */
export function privateRoots(base: string): string[] {
  return namesIn(base)
    .filter((name) => name.startsWith(prefix) && /^[A-Za-z0-9]{6}$/.test(name.slice(prefix.length)))
    .map((name) => join(base, name))
    .filter((path) => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats?.isDirectory() === true && isPrivate(stats);
    })
    .sort();
}

/**
 * Makes a directory below a private root, under a name that nobody can know before.
 * @param make given the root; repeated when another process removes the empty root meanwhile
 */
export function inPrivateRoot(base: string, make: (root: string) => string): string {
  for (let attempt = 1; ; attempt++) {
    const root = privateRoots(base)[0] ?? mkdtempSync(join(base, prefix));
    try {
      return make(root);
    } catch (error) {
      if (attempt === 10 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Removes a directory that nothing is left in. */
export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Another run has something in there or has removed it; an empty directory that has to stay harms nobody.
  }
}

/** The names in a directory; none where it is not there, or may only be written to. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
