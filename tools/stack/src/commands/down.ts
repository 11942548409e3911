import { join } from 'node:path';
import { withLock } from '../instance/lock.ts';
import { deleteInstance } from '../instance/location.ts';
import { readState, writeState, type InstanceState } from '../instance/state.ts';
import { terminate } from '../processes.ts';
import { allPids, servers } from '../servers/list.ts';

export interface DownOptions {
  directory: string;
  report?: (line: string) => void;
}

/**
 * Stops every server of the instance and keeps its data. Stopping what does not run is no error.
 * @returns the names of the servers that were stopped.
 */
export async function down(options: DownOptions): Promise<string[]> {
  const known = readState(options.directory);
  if (known === undefined) return [];
  return locked(options, () => stopAll(options));
}

async function stopAll({ directory, report = () => undefined }: DownOptions): Promise<string[]> {
  const state = readState(directory) as InstanceState;
  const stopped = await Promise.all(
    servers.map(async (server) => {
      const marker = server.marker(state.dataDirectory);
      const pids = allPids(server, state);
      for (const pid of pids) {
        const how = await terminate(pid, marker, server.stopSignal, server.stopGraceMs);
        report(
          how === 'stopped'
            ? `${server.title} stopped`
            : `${server.title} did not stop in time and was killed`,
        );
      }
      delete state.servers[server.name]?.pid;
      return pids.length > 0 ? [server.name] : [];
    }),
  );
  writeState(directory, state);
  return stopped.flat();
}

/** Stops the instance and deletes its data. */
export async function reset(options: DownOptions): Promise<void> {
  const known = readState(options.directory);
  if (known !== undefined) await locked(options, () => stopAll(options));
  deleteInstance(options.directory);
}

function locked<T>(options: DownOptions, work: () => Promise<T>): Promise<T> {
  return withLock(
    join(options.directory, 'up.lock'),
    {
      timeoutMs: 15 * 60_000,
      onWait: (pid) => options.report?.(`waiting for process ${pid}, which works on the same instance`),
    },
    work,
  );
}
