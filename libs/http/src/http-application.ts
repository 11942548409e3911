import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import helmet from '@fastify/helmet';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Access } from '@reprise/access';
import type { Logger } from '@reprise/runtime';
import type { HttpReply, HttpRequest } from './http-messages.ts';
import { NestLogger } from './nest-logger.ts';
import { serveOpenApi, type OpenApiOptions } from './open-api/open-api.ts';
import { ProblemDetailsFilter } from './problems/problem-details-filter.ts';
import { ProblemException } from './problems/problem-exception.ts';
import { correlationIdFrom, correlationIdHeader } from './requests/correlation-id.ts';
import { readJsonBody } from './requests/json-body.ts';
import { RequestPipe } from './requests/validation-pipe.ts';
import { defaultHttpLimits, type HttpLimits } from './limits/http-limits.ts';
import { limitConnections } from './limits/connections.ts';
import { RequestCounts } from './limits/request-counts.ts';
import { admitRequests, type AuthorizationOf, type DeclaredRoute } from './server/admission.ts';
import { refuseOtherMethods } from './server/allowed-methods.ts';
import { clientErrorHandler } from './server/client-errors.ts';
import { Draining } from './server/draining.ts';
import { Exchanges } from './server/exchanges.ts';
import { RequestLog } from './server/request-log.ts';
import { traceRequests } from './server/request-spans.ts';

export interface HttpApplicationOptions {
  readonly logger: Logger;
  /** Who may pass; `openAccess` for everybody. */
  readonly access: Access;
  /** Where a request carries its credential, in the words of an `Authorization` header; default: in that header. */
  readonly authorizationOf?: AuthorizationOf;
  /** Where `http_request_duration_seconds` is kept, usually the registry OperationsModule serves. */
  readonly metrics?: Registry;
  /** Serves the OpenAPI document of the module's controllers at `/openapi.json`. */
  readonly openApi?: OpenApiOptions;
  /** Overrides of {@link defaultHttpLimits}. */
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpApplication {
  /** The initialised application, for `inject()` in tests and `get()` of providers. */
  readonly nest: NestFastifyApplication;
  /** What the router holds, and what each route asks of its caller. */
  readonly routes: readonly DeclaredRoute[];
  /** Starts to listen; port 0 takes any free one. Resolves to the port after `{"msg":"listening","port":N}` was logged. */
  listen(port: number, host?: string): Promise<number>;
  /**
   * Turns readiness to 503 at once and resolves so many seconds later; until it is closed, everything else is answered as before.
   * That is how long who sends requests may take to notice (see {@link Draining}).
   */
  drain(seconds: number): Promise<void>;
  /**
   * Stops accepting, gives running requests a while (`drainMs`) to finish, ends all other connections, and runs the module's
   * shutdown hooks.
   */
  close(): Promise<void>;
}

/**
 * Builds a Nest application on Fastify with what every HTTP process of Reprise has: problem details for every error, DTO
 * validation, correlation ids, security headers, JSON bodies only, limits on clients, request log and metrics. It handles no
 * signals: the caller closes it (see `runService`), because only the caller knows what else has to end first.
 *
 * @throws UndeclaredRoutesError when a route declares neither a permission nor that it is public
 */
export async function createHttpApplication(
  module: Type<unknown> | DynamicModule,
  options: HttpApplicationOptions,
): Promise<HttpApplication> {
  const { logger } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const filter = new ProblemDetailsFilter(logger);
  const log = new RequestLog(logger, options.metrics);
  const adapter = createAdapter(limits, filter, () => exchanges, log);
  const fastify = adapter.getInstance<FastifyInstance>();
  const exchanges = new Exchanges(fastify.server, (exchange) => log.ended(exchange));
  const addRefusals = refuseOtherMethods(fastify);
  limitConnections(fastify.server, limits.connections, logger);
  identifyRequests(fastify, exchanges, limits.headers);
  traceRequests(fastify, exchanges);
  const draining = new Draining(fastify);
  const listRoutes = admitRequests(fastify, {
    access: options.access,
    authorizationOf: options.authorizationOf,
    counts: new RequestCounts(limits),
    exchanges,
    logger,
  });
  const nest = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Nest would add a parser for forms, which a foreign web page could send.
    bodyParser: false,
  });
  nest.useGlobalFilters(filter);
  nest.useGlobalPipes(new RequestPipe());
  takeJsonOnly(fastify);
  // The cast bridges two copies of Fastify's types: helmet's and the one inside Nest's adapter.
  await nest.register(helmet as unknown as Parameters<NestFastifyApplication['register']>[0]);
  if (options.openApi) await serveOpenApi(nest, options.openApi);
  await nest.init();
  const routes = listRoutes();
  addRefusals();
  await fastify.ready();

  return {
    nest,
    routes,
    listen: async (port, host = '127.0.0.1') => {
      await nest.listen(port, host);
      const bound = (nest.getHttpServer().address() as AddressInfo).port;
      logger.info({ port: bound, host }, 'listening');
      return bound;
    },
    drain: async (seconds) => {
      draining.begin();
      if (seconds === 0) return;
      logger.info({ seconds }, 'draining');
      await delay(seconds * 1_000);
    },
    close: async () => {
      const cutOff = await exchanges.drain(limits.drainMs, () => nest.close());
      if (cutOff > 0)
        logger.warn({ requests: cutOff }, `cut off requests that took longer than ${limits.drainMs} ms`);
    },
  };
}

function createAdapter(
  limits: HttpLimits,
  filter: ProblemDetailsFilter,
  exchanges: () => Exchanges,
  log: RequestLog,
): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: limits.bodyBytes,
    ...(limits.trustedProxies.length > 0 && { trustProxy: [...limits.trustedProxies] }),
    routerOptions: { maxParamLength: limits.pathPartChars },
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs, limits.requestMs),
      maxHeaderSize: limits.headerBytes,
      // Refused with a problem below; Node would answer 400 without a word.
      requireHostHeader: false,
    },
    clientErrorHandler: clientErrorHandler(exchanges, log),
    // A request that arrives on a connection while the server closes is answered, like those already running.
    return503OnClosing: false,
    genReqId: (request: IncomingMessage) => correlationIdFrom(request.headers),
    // A malformed URL never reaches a route, so Fastify would answer it in its own format.
    // No hook counts it either, so it is the last one of its connection.
    frameworkErrors: (error: Error, request: HttpRequest, reply: unknown) =>
      filter.answer(error, request, (reply as HttpReply).header('connection', 'close')),
  });
}

/** The only reader of bodies, on their bytes; Fastify's own reads text, and is lenient. */
function takeJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, readJsonBody(request.headers, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function identifyRequests(fastify: FastifyInstance, exchanges: Exchanges, mostHeaders: number): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(correlationIdHeader, request.id);
    const exchange = exchanges.of(request.raw);
    if (exchange) Object.assign(exchange, { id: request.id, route: request.routeOptions.url ?? 'none' });
    const { httpVersionMinor, rawHeaders } = request.raw;
    const count = (name: string): number =>
      rawHeaders.filter((given, index) => index % 2 === 0 && given.toLowerCase() === name).length;
    if (rawHeaders.length / 2 > mostHeaders) return done(tooManyHeaders(mostHeaders));
    if (count('host') === 0 && httpVersionMinor >= 1) return done(notOnce('host'));
    // Node keeps the first of several; a proxy before it may have gone by another (RFC 9112, 3.2).
    const repeated = readOnce.find((name) => count(name) > 1);
    done(repeated === undefined ? undefined : notOnce(repeated));
  });
}

/** Headers of which a request has one, of those that are read here. */
const readOnce = ['host', 'authorization', 'content-type'];

function notOnce(name: string): ProblemException {
  const needs =
    name === 'host'
      ? 'A request needs one Host header and no more.'
      : `A request has one ${name} header at most.`;
  return new ProblemException(400, 'bad-request', 'Bad Request', `${needs} Nothing was changed.`);
}

function tooManyHeaders(most: number): ProblemException {
  return new ProblemException(
    431,
    'request-header-fields-too-large',
    'Request Header Fields Too Large',
    `The request has more than ${most} headers. Nothing was changed.`,
  );
}
