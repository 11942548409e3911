import { Controller, Get, Inject, Param, Req, Res, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Permit, ProblemException, type HttpReply } from '@reprise/http';
import type { PageFile } from './page-files.ts';

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const pageFilesToken = Symbol('PageFiles');

interface PageRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The pages: files as they were built, and `index.html` for every other path below, which the pages read themselves. They are public,
 * since they hold nothing but the program; what they show needs a permission.
 */
export function pagesController(basePath: string): Type<unknown> {
  @ApiExcludeController()
  @Controller()
  class PagesController {
    readonly #files: ReadonlyMap<string, PageFile>;

    constructor(@Inject(pageFilesToken) files: ReadonlyMap<string, PageFile>) {
      this.#files = files;
    }

    @Get(basePath)
    @Permit('public')
    root(@Res() reply: HttpReply): void {
      reply.status(308).header('location', `${basePath}/`).send('');
    }

    @Get(`${basePath}/*`)
    @Permit('public')
    page(@Param('*') path: string, @Req() request: PageRequest, @Res() reply: HttpReply): void {
      const isFile = this.#files.has(path) || /\.\w+$/.test(path);
      this.#send(isFile ? path : 'index.html', request, reply);
    }

    #send(path: string, { headers }: PageRequest, reply: HttpReply): void {
      const file = this.#files.get(path);
      if (!file) throw this.#files.size === 0 ? notBuilt() : notFound();
      reply
        .header('content-security-policy', contentSecurityPolicy)
        .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('etag', file.etag)
        .header('vary', 'accept-encoding')
        .header('content-type', file.type);
      if (headers['if-none-match'] === file.etag) return void reply.status(304).send('');
      const zipped = file.gzip && /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
      if (zipped) reply.header('content-encoding', 'gzip');
      reply.status(200).send(zipped ? file.gzip : file.body);
    }
  }
  return PagesController;
}

function notFound(): ProblemException {
  return new ProblemException(404, 'not-found', 'Not Found', 'There is nothing at this path.');
}

function notBuilt(): ProblemException {
  return new ProblemException(
    503,
    'pages-not-built',
    'The pages are not built',
    'This console was started without its pages; its API under /ops/v1 answers. Build them with: npx nx build-pages console',
  );
}
