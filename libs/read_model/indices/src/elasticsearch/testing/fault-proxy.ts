import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Ids of a bulk's documents, in order; empty for any other request. */
  readonly ids: readonly string[];
}

/** What happens to a request instead of being passed on. */
export type Fault =
  /** Answered here; the server never sees it. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** Some items of a bulk are answered here, the others are passed on. */
  | {
      readonly kind: 'refuse-items';
      readonly ids: ReadonlySet<string>;
      readonly status: number;
      readonly error: object;
    }
  /** The connection is reset before the server sees it. */
  | { readonly kind: 'reset' }
  /** The server carries it out, then the connection is reset. */
  | { readonly kind: 'lose-answer' }
  /** The server carries it out, and half of its answer arrives. */
  | { readonly kind: 'truncate' }
  /** No answer ever. */
  | { readonly kind: 'hang' };

export interface FaultProxy {
  readonly url: string;
  readonly seen: readonly ProxiedRequest[];
  /** Most requests that were in the proxy at the same time. */
  readonly mostAtOnce: number;
  /** How many faults were injected. A test whose fault never fired has shown nothing. */
  readonly injected: number;
  /** Decides what happens to each request from now on; undefined = it is passed on. */
  inject(decide: (request: ProxiedRequest) => Fault | undefined): void;
  close(): Promise<void>;
}

/** An HTTP proxy before one server, which does to requests what the test says. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const seen: ProxiedRequest[] = [];
  let decide: (request: ProxiedRequest) => Fault | undefined = () => undefined;
  let atOnce = 0;
  let mostAtOnce = 0;
  let injected = 0;

  const server = createServer((incoming, outgoing) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    outgoing.on('close', () => atOnce--);
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const [method, path] = [incoming.method ?? 'GET', incoming.url ?? '/'];
    const request = { method, path, body, ids: path.includes('_bulk') ? idsOf(body) : [] };
    seen.push(request);
    const fault = decide(request);
    if (fault !== undefined) injected++;
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'reset':
        incoming.socket.resetAndDestroy();
        return;
      case 'answer':
        answer(outgoing, fault.status, fault.body);
        return;
      case 'refuse-items': {
        const reply = await forward(
          incoming,
          linesOf(body, (id) => !fault.ids.has(id)),
        );
        answer(outgoing, 200, mergeReply(request.ids, fault, reply.body));
        return;
      }
      case 'lose-answer':
        await forward(incoming, body);
        incoming.socket.resetAndDestroy();
        return;
      case 'truncate': {
        const reply = await forward(incoming, body);
        answer(outgoing, reply.status, reply.body.slice(0, reply.body.length / 2));
        return;
      }
      case undefined: {
        const reply = await forward(incoming, body);
        answer(outgoing, reply.status, reply.body);
      }
    }
  }

  function forward(
    { method, url, headers }: IncomingMessage,
    body: string,
  ): Promise<{ status: number; body: string }> {
    if (url?.includes('_bulk') === true && body === '')
      return Promise.resolve({ status: 200, body: '{"items":[]}' });
    return new Promise((resolve, reject) => {
      const { 'content-length': _, host: __, connection: ___, ...kept } = headers;
      const passed = send(new URL(url ?? '/', target), { method, headers: kept, agent: false }, (reply) => {
        textOf(reply).then((text) => resolve({ status: reply.statusCode ?? 500, body: text }), reject);
      });
      passed.on('error', reject);
      passed.end(body);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get mostAtOnce() {
      return mostAtOnce;
    },
    get injected() {
      return injected;
    },
    inject(next) {
      decide = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(outgoing: ServerResponse, status: number, body: string): void {
  outgoing.writeHead(status, {
    'content-type': 'application/vnd.elasticsearch+json;compatible-with=9',
    'x-elastic-product': 'Elasticsearch',
  });
  outgoing.end(body);
}

async function textOf(stream: IncomingMessage): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const chunk of stream) text += chunk as string;
  return text;
}

function idsOf(body: string): string[] {
  const lines = body.split('\n').filter((line) => line !== '');
  return lines
    .filter((_, i) => i % 2 === 0)
    .map((line) => (JSON.parse(line) as { index: { _id: string } }).index._id);
}

function linesOf(body: string, wanted: (id: string) => boolean): string {
  const lines = body.split('\n');
  return idsOf(body)
    .map((id, i) => (wanted(id) ? `${lines[2 * i]}\n${lines[2 * i + 1]}\n` : ''))
    .join('');
}

function mergeReply(ids: readonly string[], fault: Fault & { kind: 'refuse-items' }, reply: string): string {
  const passed = (JSON.parse(reply) as { items: unknown[] }).items;
  const items = ids.map((id) =>
    fault.ids.has(id) ? { index: { status: fault.status, error: fault.error } } : passed.shift(),
  );
  return JSON.stringify({ errors: true, items });
}
