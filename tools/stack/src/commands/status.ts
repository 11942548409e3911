import { instanceDirectory } from '../instance/directory.ts';
import { readState, type InstanceState, type ServerName } from '../instance/state.ts';
import { describeError } from '../errors.ts';
import { runningPid, servers } from '../servers/list.ts';
import type { Server } from '../servers/server.ts';
import { alignColumns } from './columns.ts';

export interface ServerStatus {
  name: ServerName;
  /** `crashed`: it ended without `down`; `up` starts it again. */
  health: 'ready' | 'not answering' | 'crashed' | 'stopped';
  /** Absent for a server in Docker. */
  pid?: number;
  port?: number;
  version?: string;
  dataDirectory?: string;
  /** Why it does not answer. */
  problem?: string;
}

export interface StackStatus {
  directory: string;
  kind: 'embedded' | 'docker' | 'absent';
  /** All three are ready. */
  up: boolean;
  servers: ServerStatus[];
}

/** Asks every server of an instance; changes nothing and needs no lock. */
export async function status(directory: string): Promise<StackStatus> {
  const state = readState(directory);
  const statuses = await Promise.all(servers.map((server) => serverStatus(server, state)));
  return {
    directory,
    kind: state?.kind ?? 'absent',
    up: statuses.every(({ health }) => health === 'ready'),
    servers: statuses,
  };
}

/** True when all three servers of the instance are ready. */
export async function isUp(directory = instanceDirectory()): Promise<boolean> {
  return (await status(directory)).up;
}

async function serverStatus(server: Server, state: InstanceState | undefined): Promise<ServerStatus> {
  const own = state?.servers[server.name];
  if (state === undefined || own === undefined) return { name: server.name, health: 'stopped' };
  const pid = runningPid(server, state);
  const known = {
    name: server.name,
    port: own.port,
    ...(pid === undefined ? {} : { pid }),
    dataDirectory: state.kind === 'docker' ? 'a Docker volume' : `${state.dataDirectory}/${server.name}`,
  };
  if (state.kind === 'embedded' && pid === undefined) {
    return { ...known, health: own.pid === undefined ? 'stopped' : 'crashed' };
  }
  try {
    return { ...known, health: 'ready', version: await server.check(state) };
  } catch (error) {
    return { ...known, health: 'not answering', problem: describeError(error) };
  }
}

/** The status as a table for a person. */
export function formatStatus(result: StackStatus): string {
  const rows = [
    ['server', 'health', 'pid', 'port', 'version', 'data'],
    ...result.servers.map((server) => [
      server.name,
      server.health,
      String(server.pid ?? '-'),
      String(server.port ?? '-'),
      server.version ?? '-',
      server.dataDirectory ?? '-',
    ]),
  ];
  const problems = result.servers.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem}`] : []));
  return [alignColumns(rows), ...problems].join('\n');
}
