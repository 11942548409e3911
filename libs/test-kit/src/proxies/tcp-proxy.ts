import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What the proxy does with connections:
 * - `pass` them on;
 * - `refuse` new ones and reset the open ones;
 * - `swallow` every byte of those it accepts, as a network that drops packets does;
 * - `reset-produce`: reset a connection to Kafka as soon as it carries a produce request, before the broker sees it;
 * - `lose-answer`: let the broker answer the next produce request, reset the connection instead of passing the answer on,
 *   and pass everything from then on.
 */
export type ProxyMode = 'pass' | 'refuse' | 'swallow' | 'reset-produce' | 'lose-answer';

export interface TcpProxy {
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  set(mode: ProxyMode): Promise<void>;
  /** How often it did what its mode says instead of passing something on. */
  faults(): number;
  /** Ends it and the connections through it. */
  close(): Promise<void>;
}

/**
 * A proxy on a free local port before `target` (`host:port`). A Kafka broker announces its own address to clients, and they would go
 * around the proxy; so that address, as it stands in metadata responses, is replaced on the way back. The caller closes it.
 */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', targetPort = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  let faults = 0;
  let server: Server | undefined;
  let port = 0;

  const addressOf = (value: number): Buffer => {
    const name = Buffer.from(host);
    const bytes = Buffer.alloc(2 + name.length + 4);
    bytes.writeInt16BE(name.length);
    name.copy(bytes, 2);
    bytes.writeInt32BE(value, 2 + name.length);
    return bytes;
  };

  const accept = (client: Socket): void => {
    const upstream = connect(Number(targetPort), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const own = addressOf(Number(targetPort));
    const mine = addressOf(port);
    let awaited = false;
    const fault = (): void => {
      faults += 1;
    };
    client.on('data', (bytes) => {
      if (mode === 'swallow') return fault();
      if (isProduceRequest(bytes)) {
        if (mode === 'reset-produce') {
          fault();
          client.resetAndDestroy();
          return;
        }
        awaited = mode === 'lose-answer';
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (mode === 'swallow') return fault();
      if (awaited && mode === 'lose-answer') {
        fault();
        mode = 'pass';
        client.resetAndDestroy();
        return;
      }
      for (let at = bytes.indexOf(own); at >= 0; at = bytes.indexOf(own, at + 1)) mine.copy(bytes, at);
      client.write(bytes);
    });
  };

  const listen = async (): Promise<void> => {
    if (server !== undefined) return;
    const created = createServer(accept);
    server = created;
    await new Promise<void>((resolve) => created.listen(port, '127.0.0.1', resolve));
    port = (created.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) =>
      closing === undefined ? resolve() : closing.close(() => resolve()),
    );
    for (const socket of sockets) {
      faults += 1;
      socket.resetAndDestroy();
    }
    await closed;
  };

  await listen();
  return {
    port,
    address: `127.0.0.1:${port}`,
    set: async (next) => {
      mode = next;
      await (next === 'refuse' ? close() : listen());
    },
    faults: () => faults,
    close,
  };
}

/** A Kafka request begins with its length (4 bytes) and the number of its kind (2 bytes); 0 is Produce. kafkajs writes each at once. */
function isProduceRequest(bytes: Buffer): boolean {
  return bytes.length > 6 && bytes.readInt32BE(0) >= 8 && bytes.readInt16BE(4) === 0;
}
