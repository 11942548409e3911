import { choosePort, usualPorts } from '../ports.ts';
import type { Server } from '../servers/server.ts';
import type { InstanceState } from './state.ts';

/**
 * Decides on the ports of a server that is about to start: those it had before, else the usual one, else any free one.
 * Forgets the pid of its former process.
 */
export async function chooseServerPorts(server: Pick<Server, 'name'>, state: InstanceState): Promise<void> {
  const before = state.servers[server.name];
  const others = Object.entries(state.servers).filter(([name]) => name !== server.name);
  const taken = new Set(others.flatMap(([, other]) => [other.port, other.innerPort ?? other.port]));
  const port = await choosePort([before?.port, usualPorts[server.name]], taken);
  state.servers[server.name] = {
    port,
    ...(server.name === 'kafka'
      ? { innerPort: await choosePort([before?.innerPort], new Set([...taken, port])) }
      : {}),
  };
}
