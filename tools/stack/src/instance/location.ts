import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { mayRead, type ServerUser } from '../server-user.ts';
import { directoryKey } from './directory.ts';

/** Data of instances whose own folder the servers' account cannot enter (only ever used by root). */
const reachableRoot = '/var/lib/reprise-stack';

/** What an instance folder may hold besides its state. */
const ownEntries = /^(postgres|kafka|elasticsearch|logs|runs|up\.lock.*|instance\.json.*)$/;

/**
 * Refuses a folder that is in use for something else.
 * @throws StackError NOT_AN_INSTANCE when it holds anything that is not the stack's.
 */
export function assertInstanceFolder(directory: string): void {
  if (!existsSync(directory)) return;
  const foreign = readdirSync(directory).filter((name) => !ownEntries.test(name));
  if (foreign.length === 0) return;
  throw new StackError(
    'NOT_AN_INSTANCE',
    `${directory} holds more than an instance of the stack (${foreign.slice(0, 5).join(', ')}). ` +
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
  const reachable = mayRead(directory, user);
  const data = reachable ? directory : join(reachableRoot, directoryKey(directory));
  if (!reachable) {
    mkdirSync(data, { recursive: true });
    for (const folder of [reachableRoot, data]) chmodSync(folder, 0o755);
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

/** Deletes an instance: its data, its state and its folder. The servers must be down. */
export function deleteInstance(directory: string): void {
  if (!existsSync(directory)) return;
  assertInstanceFolder(directory);
  const outside = join(reachableRoot, directoryKey(directory));
  if (existsSync(outside)) rmSync(outside, { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
}
