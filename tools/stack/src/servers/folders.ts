import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import type { ServerUser } from '../server-user.ts';

/*
 * Root prepares folders that belong to the account of the servers, which may put anything in there, links as well. So nothing in
 * them is changed through a link, and what is removed is removed with the rights of that account.
 */

const largestLog = 16 * 1024 * 1024;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/**
 * Creates a folder that belongs to the servers' account (or to us, who are no root), and that no other account may enter.
 * @throws the file system's error when a link stands in its place
 */
export function ownFolder(path: string, user: ServerUser | undefined): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const folder = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    fchmodSync(folder, 0o700);
    if (user !== undefined) fchownSync(folder, user.uid, user.gid);
  } finally {
    closeSync(folder);
  }
  return path;
}

/** The same, without anything in it. */
export function emptyFolder(path: string, user: ServerUser | undefined): string {
  ownFolder(path, user);
  for (const name of readdirSync(path)) removeTree(join(path, name));
  return path;
}

/** Writes a file that the servers' account may read, and no other; what stood there before is replaced. */
export function writeOwn(path: string, content: string | Buffer, user: ServerUser | undefined): void {
  rmSync(path, { force: true });
  const file = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    writeFileSync(file, content);
    if (user !== undefined) fchownSync(file, user.uid, user.gid);
  } finally {
    closeSync(file);
  }
}

/** Gives a file to the servers' account. @throws the file system's error when a link stands in its place */
export function giveTo(path: string, user: ServerUser | undefined): void {
  if (user === undefined) return;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW);
  try {
    fchownSync(file, user.uid, user.gid);
  } finally {
    closeSync(file);
  }
}

/**
 * Removes a file or a folder with all it holds; one of another account with that account's rights. What is not there is no error.
 * @throws StackError REMOVE_FAILED when something stays
 */
export function removeTree(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory() || process.geteuid?.() !== 0 || stat.uid === 0) {
    rmSync(path, { recursive: true, force: true });
    return;
  }
  const names = readdirSync(path).map((name) => `./${name}`);
  // The working directory is entered before the rights are dropped, so those above need not be open to that account.
  const { stderr } = spawnSync('rm', ['-rf', '--', ...names], {
    uid: stat.uid,
    gid: stat.gid,
    cwd: path,
    encoding: 'utf8',
  });
  try {
    rmSync(path, { force: true, recursive: readdirSync(path).length === 0 });
  } catch (cause) {
    throw new StackError('REMOVE_FAILED', `${path} could not be removed: ${stderr.trim()}`, { cause });
  }
}

/** The file a server's output goes to; a big one is put aside, one generation is kept. */
export function outputFile(dataDirectory: string, name: string): string {
  const folder = join(dataDirectory, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  if (existsSync(file) && statSync(file).size > largestLog) renameSync(file, `${file}.1`);
  return file;
}
