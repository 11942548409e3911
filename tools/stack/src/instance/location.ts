import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { commandLine } from '../processes.ts';
import { mayEnter, type ServerUser } from '../server-user.ts';
import { defaultDirectory, directoryKey } from './directory.ts';
import { removeTree } from '../servers/folders.ts';
import { serverNames, stateFile } from './state.ts';

/** Data of instances whose own folder the servers' account cannot enter (only ever used by root). */
const reachableRoot = '/var/lib/reprise-stack';

/** What the stack itself puts into the folder of an instance. */
const ownEntries =
  /^(postgres|kafka|elasticsearch|logs|runs|tls|authority|access-keys\.json.*|up\.lock.*|instance\.json.*)$/;

/**
 * Refuses to make an instance in a folder that is in use for something else.
 * @throws StackError NOT_AN_INSTANCE when it has no instance file and holds anything that is not the stack's.
 */
export function assertUsableFolder(directory: string): void {
  if (directory === defaultDirectory || !existsSync(directory) || existsSync(stateFile(directory))) return;
  const foreign = readdirSync(directory).filter((name) => !ownEntries.test(name));
  if (foreign.length === 0) return;
  throw new StackError(
    'NOT_AN_INSTANCE',
    `${directory} is in use for something else (${foreign.slice(0, 5).join(', ')}). ` +
      'Nothing was touched. Name an empty or a new folder.',
  );
}

/**
 * Where the servers of an instance keep their data: its own folder, or, where root's folder is closed to the account the
 * servers run as (a checkout under /root, a private temporary folder), a folder every account can reach.
 * @throws StackError OTHER_ACCOUNT when the data there was written by an account other than the one that would run now.
 */
export function dataDirectoryFor(directory: string, user: ServerUser | undefined): string {
  mkdirSync(directory, { recursive: true });
  const reachable = mayEnter(directory, user);
  const data = reachable ? directory : join(reachableRoot, directoryKey(directory));
  if (!reachable) {
    mkdirSync(data, { recursive: true });
    chmodSync(reachableRoot, 0o711);
  }
  const owner = statSync(join(data, 'postgres'), { throwIfNoEntry: false })?.uid;
  const expected = user?.uid ?? process.getuid?.();
  if (owner !== undefined && owner !== expected) {
    throw new StackError(
      'OTHER_ACCOUNT',
      `The data in ${data} belongs to the account with id ${owner}, and the servers would run with id ${expected} now. ` +
        'Nothing was touched. Use the account that made it, or `reset` it first (that deletes the data).',
    );
  }
  return data;
}

/**
 * Closes the folders of an instance to other accounts, those that an older version made and that servers work in included. Root's
 * are passed through by the account of the servers, which owns what lies below.
 */
export function closeFolders(directory: string, data: string, user: ServerUser | undefined): void {
  chmodSync(directory, user === undefined || data !== directory ? 0o700 : 0o711);
  if (data !== directory) chmodSync(data, 0o711);
  for (const name of [...serverNames, 'logs']) {
    const folder = join(data, name);
    if (existsSync(folder)) chmodSync(folder, 0o700);
  }
}

/** Removes the drafts of processes that were killed while they wrote. The caller holds the instance's lock. */
export function clearDrafts(directory: string): void {
  for (const name of readdirSync(directory)) {
    const pid = /^(?:up\.lock|instance\.json)\.(?:abandoned\.)?(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && commandLine(Number(pid)) === undefined)
      rmSync(join(directory, name), { force: true });
  }
}

/** Where the data of an existing instance lies, judged by what is there: for an instance whose state cannot be read. */
export function likelyDataDirectory(directory: string): string {
  const outside = join(reachableRoot, directoryKey(directory));
  return existsSync(outside) ? outside : directory;
}

/** Deletes what the stack put into the folder of an instance, and the folder when nothing is left in it. The servers must be down. */
export function deleteInstance(directory: string): void {
  const outside = join(reachableRoot, directoryKey(directory));
  for (const name of existsSync(outside) ? readdirSync(outside) : []) removeTree(join(outside, name));
  rmSync(outside, { recursive: true, force: true });
  const [own, foreign] = [true, false].map((wanted) =>
    readdirSync(directory).filter((name) => ownEntries.test(name) === wanted),
  ) as [string[], string[]];
  for (const name of own) removeTree(join(directory, name));
  if (foreign.length === 0) rmSync(directory, { recursive: true, force: true });
}
