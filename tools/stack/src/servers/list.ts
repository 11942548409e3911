import { serverNames, type InstanceState, type ServerName } from '../instance/state.ts';
import { findProcesses, isRunning } from '../processes.ts';
import { elasticsearchServer } from './elasticsearch.ts';
import { kafkaServer } from './kafka.ts';
import { postgresServer } from './postgres.ts';
import type { Server } from './server.ts';

const byName: Record<ServerName, Server> = {
  postgres: postgresServer,
  kafka: kafkaServer,
  elasticsearch: elasticsearchServer,
};

/** The three servers, in the order they are listed everywhere. */
export const servers: readonly Server[] = serverNames.map((name) => byName[name]);

/** The pid of a server of this instance when it really runs: the recorded one, unless it died or its number was reused. */
export function runningPid(server: Server, state: InstanceState): number | undefined {
  const pid = state.servers[server.name]?.pid;
  return isRunning(pid, server.identity(state.dataDirectory)) ? pid : undefined;
}

/** Every process of a server of this instance, also one that a killed `up` started and did not record. */
export function serverPids(server: Server, state: InstanceState): number[] {
  return findProcesses(server.identity(state.dataDirectory));
}
