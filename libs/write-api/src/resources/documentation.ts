import { applyDecorators, type Type } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiProblem, Permit } from '@reprise/http';

/** A `*`, or entity tags as RFC 9110 writes them. */
const ifMatchPattern = '^(\\*|(W/)?"[\\x21\\x23-\\x7e]*"( *, *(W/)?"[\\x21\\x23-\\x7e]*")*)$';

const etag = {
  ETag: {
    description: 'The version, quoted, for If-Match',
    schema: { type: 'string' as const, maxLength: 20, example: '"3"' },
  },
};

const idempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', maxLength: 255 },
  description:
    'A key that the client chooses for this request, such as a UUID. Repeated with the same method, path and body, it returns the first answer ' +
    'and has no second effect. Kept for at least 24 hours.',
});

const aggregateId = ApiParam({ name: 'id', format: 'uuid' });

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

/** What the documents of an aggregate's operations have to know of it. */
export interface DocumentedAggregate {
  /** The word for it, and what the slugs of its refusals begin with. */
  readonly type: string;
  /** What its permissions begin with: `orders` makes `orders:read` and `orders:write`. */
  readonly permissions: string;
  /** The class that its answers are made of. */
  readonly answer: Type<unknown>;
  /** The refusal of a history that has ended. */
  readonly ended: { readonly reason: string; readonly says: string };
}

/** Decorators for the operations of an aggregate's controller: who may ask, how they are asked, and every answer they may give. */
export interface OperationDecorators {
  readonly creates: (summary: string) => MethodDecorator;
  readonly reads: (summary: string) => MethodDecorator;
  /** A change under `If-Match`. When nothing would change, it answers 200 with the version unchanged. */
  readonly changes: (summary: string) => MethodDecorator;
}

export function operationsOf({ type, permissions, answer, ended }: DocumentedAggregate): OperationDecorators {
  const absent = [
    ApiProblem(404, `There is no such ${type}`, `${type}-not-found`),
    ApiProblem(410, ended.says, ended.reason),
  ];
  const [mayRead, mayWrite] = [Permit(`${permissions}:read`), Permit(`${permissions}:write`)];
  const location = {
    Location: { description: `Path of the ${type}`, schema: { type: 'string' as const, maxLength: 200 } },
  };
  return {
    creates: (summary) =>
      applyDecorators(
        mayWrite,
        ApiOperation({ summary }),
        idempotencyKey,
        ApiCreatedResponse({ type: answer, headers: { ...etag, ...location } }),
        ...refusedWrite,
      ),
    reads: (summary) =>
      applyDecorators(
        mayRead,
        ApiOperation({ summary }),
        aggregateId,
        ApiOkResponse({ type: answer, headers: etag }),
        ...absent,
      ),
    changes: (summary) =>
      applyDecorators(
        mayWrite,
        ApiOperation({ summary }),
        aggregateId,
        ApiHeader({
          name: 'If-Match',
          required: true,
          schema: { type: 'string', pattern: ifMatchPattern, maxLength: 16_384 },
          description: 'ETag of the version to change, or * for any',
          example: '"3"',
        }),
        idempotencyKey,
        ApiOkResponse({ type: answer, headers: etag }),
        ...absent,
        ...refusedChange,
        ...refusedWrite,
      ),
  };
}
