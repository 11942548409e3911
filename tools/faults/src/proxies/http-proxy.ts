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
export type HttpFault =
  /** Answered here; the server never sees it. */
  | { readonly kind: 'answer'; readonly status: number }
  /** These items of a bulk are answered here, with 429 unless given, the others are passed on. */
  | { readonly kind: 'refuse-items'; readonly ids: ReadonlySet<string>; readonly status?: 400 | 429 }
  /** The connection is reset before the server sees it. */
  | { readonly kind: 'reset' }
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
  /** Every request, in order of arrival: method and path. */
  readonly seen: readonly string[];
  readonly injected: number;
  /** Decides on each request from now on; undefined lets it pass. */
  inject(decide: Decide | undefined): void;
  close(): Promise<void>;
}

const keptRequests = 10_000;

/** Stands before an HTTP server and treats requests as the scenario says. */
export async function httpProxy(target: string): Promise<HttpProxy> {
  const seen: string[] = [];
  let decide: Decide | undefined;
  let injected = 0;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const [method, path] = [incoming.method ?? 'GET', incoming.url ?? '/'];
    if (seen.push(`${method} ${path}`) > keptRequests) seen.shift();
    const fault = decide?.({ method, path, body, ids: path.includes('_bulk') ? idsOf(body) : [] });
    if (fault !== undefined) injected += 1;
    switch (fault?.kind) {
      case 'answer':
        reply(outgoing, fault.status, '{"error":{"type":"refused_by_the_proxy","reason":"a fault"}}');
        return;
      case 'before':
        fault.act();
        incoming.socket.resetAndDestroy();
        return;
      case 'reset':
        incoming.socket.resetAndDestroy();
        return;
      case 'after':
      case 'lose-answer':
        await forward(target, incoming, body);
        if (fault.kind === 'after') fault.act();
        incoming.socket.resetAndDestroy();
        return;
      case 'refuse-items': {
        const rest = linesOf(body, (id) => !fault.ids.has(id));
        const answer = rest === '' ? '{"items":[]}' : (await forward(target, incoming, rest)).body;
        reply(outgoing, 200, merge(idsOf(body), fault.ids, fault.status ?? 429, answer));
        return;
      }
      case 'hold': {
        const answer = await forward(target, incoming, body);
        await fault.until;
        reply(outgoing, answer.status, answer.body);
        return;
      }
      case 'truncate': {
        const answer = await forward(target, incoming, body);
        reply(outgoing, answer.status, answer.body.slice(0, answer.body.length / 2));
        return;
      }
      case undefined: {
        const answer = await forward(target, incoming, body);
        reply(outgoing, answer.status, answer.body);
      }
    }
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
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

/** A bulk of `index` actions: a line that says where, a line with the document. */
function idsOf(body: string): string[] {
  const lines = body.split('\n').filter((line) => line !== '');
  return lines
    .filter((_, index) => index % 2 === 0)
    .map((line) => (JSON.parse(line) as { index: { _id: string } }).index._id);
}

function linesOf(body: string, wanted: (id: string) => boolean): string {
  const lines = body.split('\n');
  return idsOf(body)
    .map((id, index) => (wanted(id) ? `${lines[2 * index]}\n${lines[2 * index + 1]}\n` : ''))
    .join('');
}

function merge(
  ids: readonly string[],
  refused: ReadonlySet<string>,
  status: 400 | 429,
  answer: string,
): string {
  const passed = (JSON.parse(answer) as { items: unknown[] }).items;
  const type = status === 429 ? 'es_rejected_execution_exception' : 'strict_dynamic_mapping_exception';
  const error = { type, reason: 'a fault' };
  const items = ids.map((id) => (refused.has(id) ? { index: { _id: id, status, error } } : passed.shift()));
  return JSON.stringify({ errors: true, items });
}
