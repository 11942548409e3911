import { applyDecorators } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
} from '@nestjs/swagger';
import { ProductResponse } from './product-response.ts';

const etag = {
  ETag: {
    description: 'The version, quoted, for If-Match',
    schema: { type: 'string' as const, example: '"3"' },
  },
};

const idempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    'A key of the client for this request, such as a UUID. Sent again with the same method, path and body it gets the first answer ' +
    'again and has no second effect. Kept for at least 24 hours.',
});

const productId = ApiParam({ name: 'id', format: 'uuid' });

const problems: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  404: 'There is no such product',
  409: 'A rule of the product forbids it',
  410: 'The product was deleted',
  412: 'If-Match names another version than the current one',
  413: 'The body is larger than 100 KiB',
  415: 'The body is not JSON',
  422: 'The Idempotency-Key belongs to another request',
  428: 'If-Match is missing',
  503: 'The database is away or too busy; Retry-After says when to try again',
};

function problem(...statuses: number[]): MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: problems[status] ?? '',
        content: {
          'application/problem+json': {
            schema: {
              type: 'object',
              required: ['type', 'title', 'status', 'detail', 'instance', 'correlationId'],
              properties: {
                type: { type: 'string', example: 'urn:reprise:problem:stale-version' },
                title: { type: 'string' },
                status: { type: 'integer' },
                detail: { type: 'string' },
                instance: { type: 'string' },
                correlationId: { type: 'string' },
                errors: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: { field: { type: 'string' }, message: { type: 'string' } },
                  },
                },
              },
            },
          },
        },
      }),
    ),
  );
}

export function CreatesProduct(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Create a product, as a draft' }),
    idempotencyKey,
    ApiCreatedResponse({
      type: ProductResponse,
      headers: { ...etag, Location: { description: 'Path of the product', schema: { type: 'string' } } },
    }),
    problem(400, 413, 415, 422, 503),
  );
}

export function ReadsProduct(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Read a product as the last command left it' }),
    productId,
    ApiOkResponse({ type: ProductResponse, headers: etag }),
    problem(400, 404, 410, 503),
  );
}

/** A change made under `If-Match`. When all is so already, it answers 200 with the version unchanged. */
export function ChangesProduct(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    productId,
    ApiHeader({
      name: 'If-Match',
      required: true,
      description: 'ETag of the version the change is made to, or * for any',
      example: '"3"',
    }),
    idempotencyKey,
    ApiOkResponse({ type: ProductResponse, headers: etag }),
    problem(400, 404, 409, 410, 412, 413, 415, 422, 428, 503),
  );
}
