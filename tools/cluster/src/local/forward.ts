import { connect, createServer, type Socket } from 'node:net';
import { addresses } from './settings.ts';

const loopback = '127.0.0.1';

/** Addresses as Kafka writes them: the name's bytes, then the port. */
const written = (host: string, port: number): Buffer => {
  const bytes = Buffer.alloc(host.length + 4);
  bytes.write(host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
};

/** A port that leads to a server. */
export interface Forwarding {
  /** Takes no more connections, and ends those that are open. */
  close(): void;
}

/**
 * Makes a server that listens on the loopback address reachable under another address, on the same port. A Kafka broker names its
 * own address in its answers; there the other one is put in its place, which is therefore as long.
 * @param host nine characters, an address of this machine
 * @throws Error when the address cannot be bound, or is not as long as 127.0.0.1
 */
export async function forward(host: string, port: number): Promise<Forwarding> {
  if (host.length !== loopback.length) throw new Error(`${host} is not as long as ${loopback}`);
  const [theirs, ours] = [written(loopback, port), written(host, port)];
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: loopback, port, noDelay: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      for (let at = bytes.indexOf(theirs); at >= 0; at = bytes.indexOf(theirs, at + 1)) ours.copy(bytes, at);
      if (!client.write(bytes)) upstream.pause();
    });
    client.on('drain', () => upstream.resume());
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    close(): void {
      server.close();
      // The other end may be in a network that is gone: then nobody says that a connection has ended, and it would keep this process.
      for (const socket of open) socket.destroy();
    },
  };
}

/** The ports of servers on this machine's loopback address that an environment names, in any kind of URL or list. */
export function loopbackPorts(environment: Readonly<Record<string, string>>): number[] {
  const found = Object.values(environment).flatMap((value) =>
    [...value.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)),
  );
  return [...new Set(found)];
}

/** An environment whose servers on this machine are named as the pods of a cluster reach them. */
export function forwardedEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll(loopback, addresses.host)]),
  );
}
