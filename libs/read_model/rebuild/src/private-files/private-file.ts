import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RebuildError } from '../errors.ts';
import { isPrivate } from './private-root.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** Where the system gives open directories a path, files in one can be named even after the directory was renamed. */
const descriptors = existsSync('/proc/self/fd') ? '/proc/self/fd' : undefined;

/** Makes a directory, and those above it that are missing, for this account alone. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Makes a file that only this account may read, and opens it for reading and writing.
 * @throws the file system's error, also when the name is taken, be it by a link
 */
export function createPrivateFile(path: string): number {
  return openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
}

/**
 * Opens a file for reading. What it holds is still to be proven: it may have been written by an earlier process.
 * @throws Error when it is a link or not a file of this account's alone
 */
export function openPrivateFile(path: string): number {
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW);
  const stats = fstatSync(descriptor);
  if (stats.isFile() && isPrivate(stats)) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is not a file that this account alone may write to`);
}

/** The refusal of what is not as this process wrote it. */
export function changedOnDisk(path: string): RebuildError {
  return new RebuildError(
    'REFUSED',
    `${path} was changed since this process wrote it. Nothing was switched. Check the disk, or name another one (TMPDIR, or ` +
      '--work-directory), and run this again.',
  );
}

/**
 * Removes a file or a directory with all it holds, from a directory of this account that nobody else may write to. It is found
 * by the open directory, so it cannot be replaced by a link on the way (where there is no /proc, that rests on the directory
 * above: nobody else may rename in it). What is not there is no error.
 *
 * @throws Error, having removed nothing, when others may write there or it belongs to another account; or the file system's
 */
export function removePrivate(path: string): void {
  let directory: number;
  try {
    directory = openSync(dirname(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (!isPrivate(fstatSync(directory)))
      throw new Error(`${dirname(path)} belongs to another account, or others may write to it`);
    const parent = descriptors ? join(descriptors, String(directory)) : dirname(path);
    rmSync(join(parent, basename(path)), { recursive: true, force: true });
  } finally {
    closeSync(directory);
  }
}

/** Removes what nobody needs any more. What cannot be removed stays, and is named: it is not a reason to fail. */
export function removeOrTell(path: string, onNotice: (line: string) => void): void {
  try {
    removePrivate(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onNotice(`${path} is no longer needed and could not be removed: ${reason}. Remove it by hand.`);
  }
}
