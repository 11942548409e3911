import { type InstanceState, type ServerName } from '../instance/state.ts';
import { isOurs, processesWith } from '../processes.ts';
import { elasticsearchServer } from './elasticsearch.ts';
import { kafkaServer } from './kafka.ts';
import { postgresServer } from './postgres.ts';
import type { Server } from './server.ts';

/** The three servers, in the order they are listed everywhere. */
export const servers: readonly Server[] = [postgresServer, kafkaServer, elasticsearchServer];

export function findServer(name: ServerName): Server {
  return servers.find((server) => server.name === name) as Server;
}

/** The pid of a server of this instance when it really runs: the recorded one, unless it died or its number was reused. */
export function runningPid(server: Server, state: InstanceState): number | undefined {
  const pid = state.servers[server.name]?.pid;
  return isOurs(pid, server.marker(state.dataDirectory)) ? pid : undefined;
}

/** Every process of a server of this instance, also one that a killed `up` started and did not record. */
export function allPids(server: Server, state: InstanceState): number[] {
  return processesWith(server.marker(state.dataDirectory));
}
