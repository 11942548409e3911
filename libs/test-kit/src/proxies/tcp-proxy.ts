import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { listenAt, listenForGood, type LastingPort } from '../lasting-port.ts';

/**
 * What happens to connections:
 * - `pass`: they are passed on;
 * - `refuse`: new ones are refused, open ones were reset;
 * - `blackhole`: every byte of those it accepts disappears, as on a network that drops packets;
 * - a number: each piece arrives so many milliseconds later.
 */
export type Toxic = 'pass' | 'refuse' | 'blackhole' | number;

/**
 * Looks at what passes; `reset` ends the connection with this piece unsent, `swallow` leaves the piece out.
 * @param connection the same for all pieces of one connection, in both directions
 */
export type Inspection = (
  bytes: Buffer,
  towards: 'server' | 'client',
  connection: object,
) => 'reset' | 'swallow' | undefined;

export interface TcpProxy {
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** The URL with the proxy in the place of its server. */
  through(url: string): string;
  set(toxic: Toxic): Promise<void>;
  inspect(inspection: Inspection | undefined): void;
  /** Pieces and connections that met a toxic or a reset. */
  faults(): number;
  /** How many clients are connected. */
  connections(): number;
  /** Ends it and the connections through it. */
  close(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * A proxy on a free local port before a TCP server of this machine. A Kafka broker announces its own address, by which clients would go
 * around the proxy, so that address is replaced where it stands in answers. The caller closes it.
 *
 * @param target `host:port`, or a URL of the server
 */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const targetPort = Number(target.includes('://') ? new URL(target).port : target.split(':').at(-1));
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let toxic: Toxic = 'pass';
  let inspection: Inspection | undefined;
  let faults = 0;
  let server: Server | undefined;
  let own: LastingPort | undefined;

  /** `address` as Kafka writes it: the name's bytes (a length before it), then the port. */
  const addressOf = (number: number): Buffer => {
    const bytes = Buffer.alloc(host.length + 4);
    bytes.write(host);
    bytes.writeInt32BE(number, host.length);
    return bytes;
  };

  const accept = (client: Socket): void => {
    const upstream = connect(targetPort, host);
    clients.add(client);
    client.on('close', () => clients.delete(client));
    const [theirs, ours] = [addressOf(targetPort), addressOf(own!.port)];
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const pass = (bytes: Buffer, towards: 'server' | 'client'): void => {
      const verdict = toxic === 'blackhole' ? 'swallow' : inspection?.(bytes, towards, client);
      if (verdict !== undefined) faults += 1;
      if (verdict === 'swallow') return;
      if (verdict === 'reset') {
        client.resetAndDestroy();
        upstream.destroy();
        return;
      }
      if (towards === 'client')
        for (let at = bytes.indexOf(theirs); at >= 0; at = bytes.indexOf(theirs, at + 1))
          ours.copy(bytes, at);
      const receiver = towards === 'server' ? upstream : client;
      if (typeof toxic !== 'number') {
        receiver.write(bytes);
        return;
      }
      faults += 1;
      void delay(toxic).then(() => receiver.writable && receiver.write(bytes));
    };
    client.on('data', (bytes) => pass(bytes, 'server'));
    upstream.on('data', (bytes) => pass(bytes, 'client'));
  };

  const listen = async (): Promise<void> => {
    if (server !== undefined) return;
    const created = createServer(accept);
    server = created;
    if (own === undefined) own = await listenForGood(created);
    else await listenAt(created, own.port);
  };
  const close = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) =>
      closing === undefined ? resolve() : closing.close(() => resolve()),
    );
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };

  await listen();
  const { port, release } = own!;
  return {
    port,
    address: `${host}:${port}`,
    through: (url) => Object.assign(new URL(url), { hostname: host, port: String(port) }).href,
    async set(next) {
      toxic = next;
      if (next === 'refuse') {
        faults += sockets.size;
        await close();
      } else await listen();
    },
    inspect: (next) => {
      inspection = next;
    },
    faults: () => faults,
    connections: () => clients.size,
    async close() {
      await close();
      release();
    },
  };
}

/** A Kafka request begins with its length (4 bytes) and the number of its kind (2 bytes); 0 is Produce. Clients write each at once. */
export function isProduceRequest(bytes: Buffer): boolean {
  return bytes.length > 6 && bytes.readInt32BE(0) >= 8 && bytes.readInt16BE(4) === 0;
}
