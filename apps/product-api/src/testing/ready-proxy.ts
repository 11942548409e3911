import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterFile } from '@reprise/test-kit';

/** How often it asks each server whether it is ready, in milliseconds. */
const askEveryMs = 100;

/** A load balancer of the least kind: requests in turn to the servers that said they are ready when last asked, each tried once. */
export interface ReadyProxy {
  readonly origin: string;
  /** Asks these from now on, in the place of those before. */
  use(origins: readonly string[]): void;
  /** Servers that were ready when last asked. */
  ready(): readonly string[];
}

export async function readyProxy(): Promise<ReadyProxy> {
  const agent = new Agent({ keepAlive: true });
  let known: readonly string[] = [];
  let ready: string[] = [];
  let turn = 0;
  const ask = async (): Promise<void> => {
    const asked = known;
    const answers = await Promise.all(asked.map(answersReady));
    if (asked === known) ready = asked.filter((_, index) => answers[index]);
  };
  const asking = setInterval(() => void ask(), askEveryMs);
  const server = createServer((incoming, outgoing) => {
    const origin = ready[turn++ % ready.length];
    if (origin === undefined) outgoing.writeHead(502).end();
    else forward(origin, agent, incoming, outgoing);
  }).listen(0, '127.0.0.1');
  afterFile(() => {
    clearInterval(asking);
    agent.destroy();
    server.close().closeAllConnections();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (origins) => {
      known = origins;
      ready = ready.filter((origin) => origins.includes(origin));
    },
    ready: () => ready,
  };
}

async function answersReady(origin: string): Promise<boolean> {
  return fetch(`${origin}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function forward(origin: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const onward = request(`${origin}${url}`, { method, headers, agent }, (answer) => {
    const { connection: _, ...kept } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, kept);
    answer.pipe(outgoing);
  });
  // As a real one does: what a server does not answer, its client learns of.
  onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  incoming.pipe(onward);
}
