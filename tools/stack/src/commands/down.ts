import { existsSync, readdirSync } from 'node:fs';
import { StackError } from '../errors.ts';
import { composeDown } from '../docker.ts';
import { deleteInstance, likelyDataDirectory } from '../instance/location.ts';
import { withInstanceLock } from '../instance/lock.ts';
import { readState, stateFile, writeState, type InstanceState, type ServerName } from '../instance/state.ts';
import { servers } from '../servers/list.ts';
import { stopServer } from '../servers/start.ts';

export interface DownOptions {
  directory: string;
  /** Milliseconds for a clean stop, instead of each server's own bound. */
  graceMs?: number;
  report?: (line: string) => void;
}

/**
 * Stops every server of the instance and keeps its data. Stopping what does not run is not an error.
 * @returns the names of the servers that were stopped.
 */
export async function down(options: DownOptions): Promise<ServerName[]> {
  const report = options.report ?? (() => undefined);
  if (readState(options.directory) === undefined) return [];
  return withInstanceLock(options.directory, { report }, async () => {
    const state = readState(options.directory);
    return state === undefined ? [] : stopAll(state, { ...options, report });
  });
}

/** Stops the servers of an instance whose lock the caller holds. */
export async function stopAll(state: InstanceState, options: DownOptions): Promise<ServerName[]> {
  if (state.kind === 'docker') {
    await composeDown(options.directory, { deleteData: false });
    state.servers = {};
    delete state.transient;
    writeState(options.directory, state);
    return servers.map(({ name }) => name);
  }
  const ended = await Promise.all(
    servers.map(async (server) => {
      const how = await stopServer(server, state, options.graceMs);
      if (how === 'stopped') options.report?.(`${server.title} stopped`);
      if (how === 'killed') options.report?.(`${server.title} did not stop in time and was killed`);
      return how === 'absent' ? [] : [server.name];
    }),
  );
  delete state.transient;
  writeState(options.directory, state);
  return ended.flat();
}

/**
 * Stops the instance and deletes its data and its folder.
 * @throws StackError NOT_AN_INSTANCE when the folder was not made by the stack.
 */
export async function reset(options: DownOptions): Promise<void> {
  const { directory, report = () => undefined } = options;
  if (!existsSync(directory) || readdirSync(directory).length === 0) return;
  if (!existsSync(stateFile(directory))) {
    throw new StackError(
      'NOT_AN_INSTANCE',
      `${directory} was not made by the stack: it has no instance.json. Nothing was deleted.`,
    );
  }
  await withInstanceLock(directory, { report }, async () => {
    const state = stateOrGuess(directory);
    if (state.kind === 'docker') await composeDown(directory, { deleteData: true });
    else await stopAll(state, options);
    deleteInstance(directory);
  });
}

/** A state file that cannot be read is not a reason to keep the data: the processes are found by their command line anyway. */
function stateOrGuess(directory: string): InstanceState {
  const guess: InstanceState = {
    format: 1,
    kind: 'embedded',
    dataDirectory: likelyDataDirectory(directory),
    fsync: true,
    servers: {},
  };
  try {
    return readState(directory) ?? guess;
  } catch {
    return guess;
  }
}
