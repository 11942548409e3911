import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from '../server-user.ts';

const largestLog = 16 * 1024 * 1024;

/** Creates a folder that belongs to the servers' account (or to us, who are no root), and that no other account may enter. */
export function ownFolder(path: string, user: ServerUser | undefined): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  giveTo(path, user);
  return path;
}

/** The same, without anything in it. */
export function emptyFolder(path: string, user: ServerUser | undefined): string {
  ownFolder(path, user);
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
  return path;
}

export function giveTo(path: string, user: ServerUser | undefined): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** The file a server's output goes to; a big one is put aside, one generation is kept. */
export function outputFile(dataDirectory: string, name: string): string {
  const folder = join(dataDirectory, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.log`);
  if (existsSync(file) && statSync(file).size > largestLog) renameSync(file, `${file}.1`);
  return file;
}
