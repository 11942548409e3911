import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeControlGroups } from './control-groups.ts';
import { forward } from './forward.ts';
import { addresses } from './settings.ts';

/**
 * Keeps a cluster: runs its sealed inside as a child that dies with this process, connects it to this machine by one cable, and
 * forwards the servers' ports to it.
 * @param folder the cluster's folder
 * @param ports of servers on this machine's loopback address
 * @returns when the cluster has ended, because `signal` asked for it or a part of it died
 */
export async function keep(folder: string, ports: readonly number[], signal: AbortSignal): Promise<void> {
  const sealed = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = join(import.meta.dirname, 'sealed.sh');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...sealed, 'bash', script, folder], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  try {
    await plugIn(child, signal);
    const servers = await Promise.all(ports.map((port) => forward(addresses.host, port)));
    await Promise.race([ended, once(signal, 'abort')]);
    for (const server of servers) server.close();
  } finally {
    child.kill('SIGKILL');
    await ended;
    await removeControlGroups();
  }
}

/** Lays a cable between this machine and the child's network, once it has one. It goes with that network. */
async function plugIn(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const network = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);
  while (network(child.pid!) === network('self')) await delay(10, undefined, { signal });
  const ip = (line: string): void =>
    void execFileSync('ip', line.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  ip(`link add reprise0 type veth peer name sealed netns ${child.pid}`);
  ip(`addr add ${addresses.host}/30 dev reprise0`);
  ip('link set reprise0 up');
  ip(`route add ${addresses.pods} via ${addresses.sealed}`);
}
