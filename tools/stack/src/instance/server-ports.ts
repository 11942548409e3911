import { choosePort, usualPorts, type PortProbes } from '../ports.ts';
import type { InstanceState, ServerName } from './state.ts';

/**
 * Decides on the ports of a server that is about to start: those it had before, else the usual one, else any free one.
 * Forgets the pid of its former process.
 */
export async function chooseServerPorts(
  { name }: { name: ServerName },
  state: InstanceState,
  probes: PortProbes,
): Promise<void> {
  const before = state.servers[name];
  const others = Object.entries(state.servers).filter(([other]) => other !== name);
  const taken = new Set(others.flatMap(([, other]) => [other.port, other.innerPort ?? other.port]));
  const port = await choosePort([before?.port, usualPorts[name]], taken, probes);
  state.servers[name] = {
    port,
    ...(name === 'kafka'
      ? { innerPort: await choosePort([before?.innerPort], new Set([...taken, port]), probes) }
      : {}),
  };
}
