import { afterFile } from '@reprise/test-kit';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that a test can break. */
export interface TcpProxy {
  /** `url` with the proxy in the place of its server. */
  readonly url: string;
  /** Breaks every connection and takes no new one. */
  cut(): void;
  /** Passes nothing on any more, in either direction, without closing anything: a server gone without a word. */
  silence(): void;
  /** Lets connections through again. */
  restore(): void;
}

export async function tcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let open = true;
  const server = createServer((incoming) => {
    if (!open) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(Number(target.port), target.hostname);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      // Broken ends are the point of it; the other end is closed too.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  afterFile(async () => {
    breakAll();
    await new Promise((resolve) => server.close(resolve));
  });
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String((server.address() as AddressInfo).port);
  return {
    url: proxied.href,
    cut: () => {
      open = false;
      breakAll();
    },
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    restore: () => {
      open = true;
    },
  };
}
