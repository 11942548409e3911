import { applyDecorators } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiProblem } from '@reprise/runtime/http';
import { ProductResponse } from './product-response.ts';

/** A `*`, or entity tags as RFC 9110 writes them. */
const ifMatchPattern = '^(\\*|(W/)?"[\\x21\\x23-\\x7e]*"( *, *(W/)?"[\\x21\\x23-\\x7e]*")*)$';

const etag = {
  ETag: {
    description: 'The version, quoted, for If-Match',
    schema: { type: 'string' as const, example: '"3"' },
  },
};

const idempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  description:
    'A key that the client chooses for this request, such as a UUID. Repeated with the same method, path and body, it returns the first answer ' +
    'and has no second effect. Kept for at least 24 hours.',
});

const productId = ApiParam({ name: 'id', format: 'uuid' });

const refusedChange = [
  ApiProblem(412, 'If-Match names a version that is not the current one', 'stale-version'),
  ApiProblem(428, 'If-Match is missing', 'precondition-required'),
];

const refusedWrite = [
  ApiProblem(
    400,
    'The request is not valid',
    'malformed-idempotency-key',
    'malformed-if-match',
    'invalid-value',
  ),
  ApiProblem(413, 'The body is larger than 100 KiB, or its event too large for the log', 'event-too-large'),
  ApiProblem(422, 'The Idempotency-Key belongs to another request', 'idempotency-key-reused'),
  ApiProblem(
    503,
    'The database is away or too busy; Retry-After says when to try again',
    'outcome-unknown',
    'dependency-unavailable',
  ),
];

const absent = [
  ApiProblem(404, 'There is no such product', 'product-not-found'),
  ApiProblem(410, 'The product was deleted', 'product-deleted'),
];

export function CreatesProduct(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Create a product, as a draft' }),
    idempotencyKey,
    ApiCreatedResponse({
      type: ProductResponse,
      headers: { ...etag, Location: { description: 'Path of the product', schema: { type: 'string' } } },
    }),
    ...refusedWrite,
  );
}

export function ReadsProduct(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'Read the current state of a product' }),
    productId,
    ApiOkResponse({ type: ProductResponse, headers: etag }),
    ...absent,
  );
}

/** A change under `If-Match`. When nothing would change, it answers 200 with the version unchanged. */
export function ChangesProduct(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    productId,
    ApiHeader({
      name: 'If-Match',
      required: true,
      schema: { type: 'string', pattern: ifMatchPattern },
      description: 'ETag of the version to change, or * for any',
      example: '"3"',
    }),
    idempotencyKey,
    ApiOkResponse({ type: ProductResponse, headers: etag }),
    ...absent,
    ...refusedChange,
    ...refusedWrite,
  );
}
