import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Span } from '@opentelemetry/api';

/** One request, from its headers to the end of its answer or of its connection. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When its headers had come, by `performance.now()`. */
  readonly begun: number;
  /** Its correlation id and route, once Fastify knows them. */
  id?: string;
  route?: string;
  /** Whose request it is, and why a credential was not accepted, once that is decided. */
  actor?: string | undefined;
  refusal?: string;
  /** Its span, where traces are exported and it is not a probe. */
  span?: Span;
  /** The status of an answer that went past `response`, as to a request whose body cannot be read on. */
  refused?: number;
}

/** What the log, the metrics and the traces call a request whose client went away before its answer; nginx has the same number for it. */
export const clientClosedRequest = 499;

/** How a request ended. */
export function statusOf({ response, refused }: Exchange): number {
  return refused ?? (response.writableFinished ? response.statusCode : clientClosedRequest);
}

/** Whether a route is for probes and scrapes, which come every few seconds. */
export function isForOperators(route: string): boolean {
  return route.startsWith('/health/') || route === '/metrics';
}

/** How often connections are looked through while the server closes. */
const sweepMs = 50;

/** The connections of an HTTP server and what is under way on them. */
export class Exchanges {
  readonly #sockets = new Set<Socket>();
  readonly #underWay = new Map<Socket, Exchange>();
  readonly #byRequest = new WeakMap<IncomingMessage, Exchange>();

  /** @param onEnd is given each exchange once, when it is over */
  constructor(server: Server, onEnd: (exchange: Exchange) => void) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const exchange: Exchange = { request, response, begun: performance.now() };
      const { socket } = request;
      this.#underWay.set(socket, exchange);
      this.#byRequest.set(request, exchange);
      response.once('close', () => {
        if (this.#underWay.get(socket) === exchange) this.#underWay.delete(socket);
        onEnd(exchange);
      });
    });
    // An expectation that HTTP does not know is left alone; Node would answer 417 without a word.
    server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  }

  of(request: IncomingMessage): Exchange | undefined {
    return this.#byRequest.get(request);
  }

  on(socket: Socket): Exchange | undefined {
    return this.#underWay.get(socket);
  }

  /**
   * Runs `close`, which ends when every connection has. Connections without a request under way are cut at once, others after their
   * answer or after `drainMs`.
   * @returns how many requests were cut off
   */
  async drain(drainMs: number, close: () => Promise<void>): Promise<number> {
    let cutOff = 0;
    const sweep = setInterval(() => this.#cut((socket) => !this.#underWay.has(socket)), sweepMs);
    const deadline = setTimeout(() => {
      cutOff = this.#underWay.size;
      this.#cut(() => true);
    }, drainMs);
    try {
      await close();
      return cutOff;
    } finally {
      clearInterval(sweep);
      clearTimeout(deadline);
    }
  }

  #cut(which: (socket: Socket) => boolean): void {
    for (const socket of this.#sockets) if (which(socket)) socket.destroy();
  }
}
