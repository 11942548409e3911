import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

const text = { type: 'string' };

/** RFC 9457, with the members that every problem of these APIs has. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'correlationId'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: text,
    instance: text,
    correlationId: text,
    errors: {
      type: 'array',
      items: { type: 'object', required: ['field', 'message'], properties: { field: text, message: text } },
    },
  },
};

/** The problems a route answers with, by status, for the OpenAPI document. A 503 comes with Retry-After. */
export function ApiProblems(descriptions: Readonly<Record<number, string>>): MethodDecorator {
  const responses = Object.entries(descriptions).map(([status, description]) =>
    ApiResponse({
      status: Number(status),
      description,
      content: { 'application/problem+json': { schema: problemSchema } },
      ...(status === '503' && {
        headers: { 'retry-after': { description: 'Seconds to wait.', schema: { type: 'integer' } } },
      }),
    }),
  );
  return applyDecorators(...responses);
}

/** What every route that reads the index may answer. */
export const readProblems = {
  500: 'A fault of this service; its log holds the reason under the correlation id.',
  503: 'Elasticsearch is away or too slow, or the alias points to no index.',
} as const;
