import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { idsOf, linesOf, mergedReply, type RefusedItems } from './bulk.ts';

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Ids of a bulk's documents, in order; empty for any other request. */
  readonly ids: readonly string[];
}

/** What happens to a request instead of being passed on. */
export type HttpFault =
  /** Answered here; the server never sees it. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string }
  /** Some items of a bulk are answered here, with 429 unless given; the others are passed on. */
  | ({ readonly kind: 'refuse-items' } & RefusedItems)
  /** The connection is reset before the server sees it. */
  | { readonly kind: 'reset' }
  /** No answer ever, and the server never sees it. */
  | { readonly kind: 'hang' }
  /** The server carries it out; the answer arrives when `until` has resolved. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** The server carries it out, then the connection is reset. */
  | { readonly kind: 'lose-answer' }
  /** The server carries it out, and half of its answer arrives. */
  | { readonly kind: 'truncate' }
  /** `act` is done before the server sees it, which it then never does. */
  | { readonly kind: 'before'; readonly act: () => void }
  /** `act` is done when the server has carried it out; no answer arrives. */
  | { readonly kind: 'after'; readonly act: () => void };

export type Decide = (request: ProxiedRequest) => HttpFault | undefined;

export interface HttpProxy {
  readonly url: string;
  /** The last requests, in order of arrival. */
  readonly seen: readonly ProxiedRequest[];
  /** Most requests that were in the proxy at the same time. */
  readonly mostAtOnce: number;
  /** How many faults were injected. A test whose fault never met a request has shown nothing. */
  readonly injected: number;
  /** Decides on each request from now on; undefined lets it pass. */
  inject(decide: Decide | undefined): void;
  close(): Promise<void>;
}

const refusal = '{"error":{"type":"refused_by_the_proxy","reason":"a fault"}}';

/**
 * Stands before an HTTP server and does to requests what the test says. Whoever starts it closes it.
 *
 * @param keep requests kept in `seen`, with their bodies
 */
export async function httpProxy(target: string, { keep = 10_000 } = {}): Promise<HttpProxy> {
  const seen: ProxiedRequest[] = [];
  let decide: Decide | undefined;
  let atOnce = 0;
  let mostAtOnce = 0;
  let injected = 0;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const [method, path] = [incoming.method ?? 'GET', incoming.url ?? '/'];
    const request = { method, path, body, ids: path.includes('_bulk') ? idsOf(body) : [] };
    if (seen.push(request) > keep) seen.shift();
    const fault = decide?.(request);
    if (fault !== undefined) injected += 1;
    const forwarded = () => forward(target, incoming, body);
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'answer':
        return reply(outgoing, fault.status, fault.body ?? refusal);
      case 'before':
      case 'reset':
        if (fault.kind === 'before') fault.act();
        incoming.socket.resetAndDestroy();
        return;
      case 'after':
      case 'lose-answer':
        await forwarded();
        if (fault.kind === 'after') fault.act();
        incoming.socket.resetAndDestroy();
        return;
      case 'refuse-items': {
        const rest = linesOf(body, (id) => !fault.ids.has(id));
        const answer = rest === '' ? '{"items":[]}' : (await forward(target, incoming, rest)).body;
        return reply(outgoing, 200, mergedReply(request.ids, fault, answer));
      }
      case 'truncate': {
        const answer = await forwarded();
        return reply(outgoing, answer.status, answer.body.slice(0, answer.body.length / 2));
      }
      case 'hold':
      case undefined: {
        const answer = await forwarded();
        await fault?.until;
        return reply(outgoing, answer.status, answer.body);
      }
    }
  }

  const server = createServer((incoming, outgoing) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    outgoing.on('close', () => atOnce--);
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
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
    inject: (next) => {
      decide = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { 'content-length': _, host: __, connection: ___, 'accept-encoding': ____, ...kept } = headers;
    const passed = send(new URL(url ?? '/', target), { method, headers: kept, agent: false }, (answer) => {
      textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 502, body: text }), reject);
    });
    passed.on('error', reject);
    passed.end(body);
  });
}

function reply(outgoing: ServerResponse, status: number, body: string): void {
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
