import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { ApiProblem, Permit, ProblemException, validationProblem, type HttpReply } from '@reprise/http';
import { CallerSignal } from '../caller-signal.ts';
import { ProductIndex } from '../product-index.ts';
import { ProductResponse } from './product-response.ts';
import type { ProductView } from './product-view.ts';

@ApiTags('products')
@Controller('v1/products')
export class ProductController {
  readonly #index: ProductIndex;

  constructor(index: ProductIndex) {
    this.#index = index;
  }

  @Get(':id')
  @Permit('search:read')
  @ApiOperation({ summary: 'A published product; its ETag is its version' })
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiHeader({
    name: 'if-none-match',
    required: false,
    description: 'The ETag of a copy that the client still has.',
    schema: { type: 'string', maxLength: 16_384 },
  })
  @ApiOkResponse({
    type: ProductResponse,
    headers: {
      etag: { description: 'The version, such as "3".', schema: { type: 'string', maxLength: 20 } },
    },
  })
  @ApiResponse({ status: 304, description: 'The copy is still current.' })
  @ApiProblem(404, 'It does not exist, was deleted, or is not published.', 'product-not-found')
  @ApiProblem(
    503,
    'Elasticsearch is away, or there is no index; Retry-After says when to try again',
    'index-missing',
  )
  async product(
    @Param('id') id: string,
    @Headers('if-none-match') held: string | undefined,
    @CallerSignal() signal: AbortSignal,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<ProductView | undefined> {
    if (!isUUID(id)) throw validationProblem([{ field: 'id', message: 'id must be a UUID' }]);
    const product = await this.#index.find(id.toLowerCase(), signal);
    if (product === undefined) {
      // One answer for absent, deleted and draft products: which of them it is, is not public.
      throw new ProblemException(
        404,
        'product-not-found',
        'No such product',
        `There is no published product ${id}.`,
      );
    }
    const tag = `"${product.version}"`;
    reply.header('etag', tag).header('cache-control', 'no-cache');
    if (!matches(held, tag)) return product;
    reply.status(304);
    return undefined;
  }
}

/** Weak comparison of If-None-Match (RFC 9110 section 13.1.2). */
function matches(held: string | undefined, tag: string): boolean {
  if (held === undefined) return false;
  const tags = held.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes(tag) || tags.includes('*');
}
