import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problems/problem-exception.ts';

/** Where whoever sends requests asks whether to send any. */
const readinessPath = '/health/ready';

/**
 * The time between the signal to stop and closing. Whoever sends requests learns only by its next look that this server stops, so
 * until then the server answers as before, but for readiness: that is 503 at once. Each answer closes its connection, so that the
 * next request takes another one.
 */
export class Draining {
  #begun = false;

  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!this.#begun) return done();
      reply.header('connection', 'close');
      done(request.routeOptions.url === readinessPath ? stopping() : undefined);
    });
  }

  begin(): void {
    this.#begun = true;
  }
}

function stopping(): ProblemException {
  const detail = 'Not ready: this process is stopping. Send requests to another one.';
  return new ProblemException(503, 'not-ready', 'Not ready', detail, { retryAfterSeconds: 5 });
}
