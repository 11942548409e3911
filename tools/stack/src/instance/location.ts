import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from '../errors.ts';
import { mayRead, type ServerUser } from '../server-user.ts';
import { directoryKey } from './directory.ts';
import { readState, stateFile, type InstanceState } from './state.ts';

/** Data of instances whose own folder the servers' account cannot enter (only ever used by root). */
const reachableRoot = '/var/lib/reprise-stack';

/**
 * Where the servers of an instance keep their data: its own folder, or, where root's folder is closed to the account the
 * servers run as (a checkout under /root or a private temporary folder), a folder every account can reach.
 */
export function dataDirectoryFor(directory: string, user: ServerUser | undefined): string {
  mkdirSync(directory, { recursive: true });
  const reachable = user === undefined || mayRead(directory, user);
  const data = reachable ? directory : join(reachableRoot, directoryKey(directory));
  if (!reachable) {
    mkdirSync(data, { recursive: true });
    for (const folder of [reachableRoot, data]) chmodSync(folder, 0o755);
  }
  return data;
}

/** What an instance folder may hold besides its state; everything else makes `reset` refuse. */
const ownEntries = new Set(['postgres', 'kafka', 'elasticsearch', 'logs', 'instance.json', 'up.lock']);

/**
 * Deletes the data of an instance, and its folder when nothing else is in it.
 * @throws StackError NOT_AN_INSTANCE when the folder holds no instance file or something that is not the stack's.
 */
export function deleteInstance(directory: string): void {
  if (!existsSync(directory)) return;
  const foreign = readdirSync(directory).filter(
    (name) => !ownEntries.has(name) && !name.startsWith('instance.json.'),
  );
  if (!existsSync(stateFile(directory)) || foreign.length > 0) {
    throw new StackError(
      'NOT_AN_INSTANCE',
      `${directory} ${foreign.length > 0 ? `holds more than an instance of the stack (${foreign.slice(0, 5).join(', ')})` : 'is no instance of the stack'}. ` +
        'Nothing was deleted.',
    );
  }
  const state = stateOrUndefined(directory);
  if (state !== undefined && dirname(state.dataDirectory) === reachableRoot) {
    rmSync(state.dataDirectory, { recursive: true, force: true });
  }
  rmSync(join(reachableRoot, directoryKey(directory)), { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
}

function stateOrUndefined(directory: string): InstanceState | undefined {
  try {
    return readState(directory);
  } catch {
    return undefined;
  }
}
