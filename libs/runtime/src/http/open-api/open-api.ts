import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { HttpReply } from '../http-messages.ts';

export interface OpenApiOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Serves the document Nest derives from the application's controllers and DTOs at `/openapi.json`. */
export async function serveOpenApi(nest: NestFastifyApplication, options: OpenApiOptions): Promise<void> {
  const info = new DocumentBuilder()
    .setTitle(options.title)
    .setDescription(options.description)
    .setVersion(options.version)
    .build();
  const document = JSON.stringify(SwaggerModule.createDocument(nest, info));
  nest.getHttpAdapter().get('/openapi.json', (_: unknown, reply: HttpReply) => {
    reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
}
