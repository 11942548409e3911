import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from '@reprise/test-kit';

export interface CutProxy {
  readonly url: string;
  /** Brings the server back. */
  heal(): void;
}

/** Stands before an HTTP server and breaks every connection from the first request on that `cutsAt` holds for, until it is healed. */
export async function cutProxy(
  server: string,
  cutsAt: (request: IncomingMessage) => boolean,
): Promise<CutProxy> {
  let state: 'whole' | 'cut' | 'healed' = 'whole';
  const proxy = createServer((incoming, answer) => {
    if (state === 'whole' && cutsAt(incoming)) state = 'cut';
    if (state === 'cut') return void incoming.socket.destroy();
    const { method, headers, url } = incoming;
    const outgoing = request(new URL(url!, server), { method, headers }, (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  afterFile(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    heal: () => {
      state = 'healed';
    },
  };
}
