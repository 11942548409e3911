import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Declared } from '@reprise/access';
import type { FastifyInstance } from 'fastify';
import { withFrameResponses } from './frame-responses.ts';

export interface OpenApiOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** What holds for every operation and has no dedicated place in a document. */
const everywhere = `Errors are problem documents (RFC 9457). Bodies are JSON in UTF-8 without compression, at most 100 KiB, nested at
most 32 levels, with at most 1000 members and elements, none named twice. An operation with parameters takes
at most 100 of them in a query string and refuses unknown ones; others ignore it. Another method on a path answers 405 with Allow, OPTIONS 204 with Allow, HEAD as GET without the body.`;

const credential =
  'An API key, or a JWT of the issuer that the application names. Tokens are checked as RFC8725 asks: pinned algorithms, issuer, audience and expiry.';

/** Serves the document Nest derives from the application's controllers and DTOs at `/openapi.json`. */
export async function serveOpenApi(nest: NestFastifyApplication, options: OpenApiOptions): Promise<void> {
  const info = new DocumentBuilder()
    .setTitle(options.title)
    .setDescription(`${options.description}\n\n${everywhere.replaceAll('\n', ' ')}`)
    .setVersion(options.version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: credential }, 'credential')
    .addSecurityRequirements('credential')
    .build();
  const document = JSON.stringify(withFrameResponses(SwaggerModule.createDocument(nest, info)));
  const fastify = nest.getHttpAdapter().getInstance() as FastifyInstance;
  fastify.get('/openapi.json', { config: { permission: 'operations:read' satisfies Declared } }, (_, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  );
}
