import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Registry } from 'prom-client';
import type { Logger } from '../logger.ts';
import { correlationIdFrom, correlationIdHeader } from './correlation-id.ts';
import type { HttpReply, HttpRequest } from './http-messages.ts';
import { NestLogger } from './nest-logger.ts';
import { serveOpenApi, type OpenApiOptions } from './open-api.ts';
import { ProblemDetailsFilter } from './problem-details-filter.ts';
import { recordRequests } from './request-log.ts';
import { validationPipe } from './validation-pipe.ts';

export interface HttpApplicationOptions {
  readonly logger: Logger;
  /** Where `http_request_duration_seconds` is kept, usually the registry OperationsModule serves. */
  readonly metrics?: Registry;
  /** Serves the OpenAPI document of the module's controllers at `/openapi.json`. */
  readonly openApi?: OpenApiOptions;
}

export interface HttpApplication {
  /** The initialised application, for `inject()` in tests and `get()` of providers. */
  readonly nest: NestFastifyApplication;
  /** Starts to listen; port 0 takes any free one. Resolves to the port after `{"msg":"listening","port":N}` was logged. */
  listen(port: number, host?: string): Promise<number>;
  /** Stops accepting, lets requests in flight finish, ends kept-alive connections, and runs the module's shutdown hooks. */
  close(): Promise<void>;
}

/** Larger request bodies answer 413. */
const bodyLimitBytes = 100 * 1024;

/**
 * Builds a Nest application on Fastify with what every HTTP process of Reprise has: problem details for every error, DTO
 * validation, correlation ids, security headers, JSON bodies only and of at most 100 KiB, request log and metrics. It handles
 * no signals: the caller closes it (see `runService`), because only the caller knows what else has to end first.
 */
export async function createHttpApplication(
  module: Type<unknown> | DynamicModule,
  options: HttpApplicationOptions,
): Promise<HttpApplication> {
  const { logger } = options;
  const filter = new ProblemDetailsFilter(logger);
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    genReqId: (request: IncomingMessage) => correlationIdFrom(request.headers),
    // A malformed URL never reaches a route, so Fastify would answer it in its own format.
    frameworkErrors: (error: Error, request: HttpRequest, reply: unknown) =>
      filter.answer(error, request, reply as HttpReply),
  });
  const nest = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Fastify's own JSON parser is enough; Nest would add one for forms, which a foreign web page could send.
    bodyParser: false,
  });
  nest.useGlobalFilters(filter);
  nest.useGlobalPipes(validationPipe());
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(correlationIdHeader, request.id);
    done();
  });
  recordRequests(fastify, logger, options.metrics);
  // The cast bridges two copies of Fastify's types: helmet's and the one inside Nest's adapter.
  await nest.register(helmet as unknown as Parameters<NestFastifyApplication['register']>[0]);
  if (options.openApi) await serveOpenApi(nest, options.openApi);
  await nest.init();
  await fastify.ready();

  return {
    nest,
    listen: async (port, host = '127.0.0.1') => {
      await nest.listen(port, host);
      const bound = (nest.getHttpServer().address() as AddressInfo).port;
      logger.info({ port: bound, host }, 'listening');
      return bound;
    },
    close: () => closeWithoutIdling(nest),
  };
}

/** How often connections are looked through for those whose last request has been answered. */
const sweepMs = 50;

/**
 * Closes the application, and every kept-alive connection as soon as its last request is answered: a connection that was busy
 * when the closing began would otherwise hold it up until its client lets go.
 */
async function closeWithoutIdling(nest: NestFastifyApplication): Promise<void> {
  const server = nest.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  try {
    await nest.close();
  } finally {
    clearInterval(sweep);
  }
}
