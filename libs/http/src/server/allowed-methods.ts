import { METHODS } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problems/problem-exception.ts';

/** Node hands CONNECT to nobody; it closes the connection. */
const methods = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers methods that a known path does not have: 405 with `Allow`, and 204 with `Allow` for OPTIONS. There is no CORS, so a foreign
 * web page learns nothing from it.
 *
 * @returns to be called once all routes are there, before the application is ready
 */
export function refuseOtherMethods(fastify: FastifyInstance): () => void {
  const allowed = new Map<string, Set<string>>();
  let complete = false;
  fastify.addHook('onRoute', ({ url, method }) => {
    if (complete) return;
    const known = allowed.get(url) ?? new Set(['OPTIONS']);
    for (const one of [method].flat()) known.add(one);
    allowed.set(url, known);
  });
  for (const method of methods) if (!fastify.supportedMethods.includes(method)) fastify.addHttpMethod(method);
  return () => {
    complete = true;
    for (const [url, known] of allowed) addRefusal(fastify, url, known);
  };
}

function addRefusal(fastify: FastifyInstance, url: string, known: ReadonlySet<string>): void {
  const allow = [...known].sort().join(', ');
  fastify.route({
    url,
    config: { permission: 'public' },
    method: methods.filter((method) => method === 'OPTIONS' || !known.has(method)),
    // Before the body is read: its media type does not matter.
    onRequest: (request, reply, done) => {
      reply.header('allow', allow);
      if (request.method === 'OPTIONS') reply.status(204).send();
      else done(methodNotAllowed(request.method, allow));
    },
    handler: () => undefined,
  });
}

function methodNotAllowed(method: string, allow: string): ProblemException {
  return new ProblemException(
    405,
    'method-not-allowed',
    'Method Not Allowed',
    `${method} is not allowed on this path; allowed: ${allow}. Nothing was changed.`,
  );
}
