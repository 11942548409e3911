import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { eventually } from './eventually.ts';

/** A port that stays its server's while that is away. Nothing here needs a test runner: the fault matrix has proxies without one. */
export interface LastingPort {
  readonly port: number;
  /** Lets another one have it. */
  release(): void;
}

/**
 * Below the ports that systems give to outgoing connections and to who asks for any (Linux from 32768, macOS from 49152), and below
 * those of the servers of tests: one of those could be taken while its server is away.
 */
const [first, last] = [12_000, 19_999];

/** Has a server listen on the loopback address, on a port that it finds free again when it was away. */
export async function listenForGood(server: Server): Promise<LastingPort> {
  return eventually(
    async () => {
      const port = randomInt(first, last + 1);
      const release = await claim(port);
      try {
        await listenAt(server, port);
      } catch (error) {
        release();
        throw error;
      }
      return { port, release };
    },
    { intervalMs: 1 },
  );
}

/** Resolves when the server listens there. */
export async function listenAt(server: Server, port: number): Promise<void> {
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
}

/** Among test files the UDP port of that number says whose it is; the system takes it back when the process ends. */
async function claim(port: number): Promise<() => void> {
  const socket = createSocket('udp4');
  socket.bind({ port, address: '127.0.0.1', exclusive: true });
  await once(socket, 'listening');
  socket.unref();
  return () => socket.close();
}
