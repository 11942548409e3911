import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StackError } from './errors.ts';

/** The account the servers run as when this process is root: Postgres and Elasticsearch refuse root. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

const accounts = ['nobody', 'postgres', 'daemon'];

/**
 * The account to drop to, or undefined for an ordinary user, who runs the servers as himself.
 * It must be listed in the passwd file: initdb looks up its own name.
 */
export function serverUser(uid = process.getuid?.(), passwd = readPasswd): ServerUser | undefined {
  if (uid !== 0) return undefined;
  const entries = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of accounts) {
    const entry = entries.find((fields) => fields[0] === name);
    if (entry === undefined) continue;
    const [entryUid, entryGid] = [Number(entry[2]) >>> 0, Number(entry[3]) >>> 0];
    if (entryUid !== 0) return { name, uid: entryUid, gid: entryGid };
  }
  throw new StackError(
    'NO_SERVER_USER',
    `You are root, and Postgres and Elasticsearch refuse to run as root. None of the accounts ${accounts.join(', ')} ` +
      'exists here to run them as. Create one (useradd --system nobody), or run this as an ordinary user.',
  );
}

function readPasswd(): string {
  return readFileSync('/etc/passwd', 'utf8');
}

/**
 * True when `user` may reach and read `path`: search permission on every parent, read (and for a directory search)
 * permission on the path itself. Judged by the mode bits; access lists are not looked at.
 */
export function mayRead(path: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true;
  const own = statSync(path, { throwIfNoEntry: false });
  if (own !== undefined && !allows(own, user, own.isDirectory() ? 5 : 4)) return false;
  return mayEnter(dirname(resolve(path)), user);
}

/** True when `user` may use what lies in `folder`, by its name: search permission on it and on every parent. */
export function mayEnter(folder: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true;
  for (let current = resolve(folder); ; current = dirname(current)) {
    const stat = statSync(current, { throwIfNoEntry: false });
    if (stat !== undefined && !allows(stat, user, 1)) return false;
    if (dirname(current) === current) return true;
  }
}

function allows(stat: { mode: number; uid: number; gid: number }, user: ServerUser, bits: number): boolean {
  const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}
