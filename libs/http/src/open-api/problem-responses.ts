import { ApiResponse, type OpenAPIObject } from '@nestjs/swagger';
import { problemMediaType, problemType } from '@reprise/runtime/operations';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];

/** The schema of every problem, under `components.schemas.Problem` of a document. */
export const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'correlationId'],
  properties: {
    type: { type: 'string', maxLength: 100, description: 'Kind of the problem; stable' },
    title: { type: 'string', maxLength: 100 },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', maxLength: 4_000, description: 'What happened this time' },
    instance: { type: 'string', maxLength: 513, description: 'Path of the request, if it could be read' },
    correlationId: { type: 'string', maxLength: 100 },
    errors: {
      type: 'array',
      maxItems: 20,
      description: 'The first rules that the request broke',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: { type: 'string', maxLength: 101 },
          message: { type: 'string', maxLength: 301 },
        },
      },
    },
    errorCount: { type: 'integer', minimum: 1, description: 'How many rules were broken' },
  },
};

/** Documents an answer of one status, and the last parts of the `type` that its problem may have. */
export function ApiProblem(status: number, description: string, ...slugs: string[]): MethodDecorator {
  return ApiResponse({ status, ...problemResponse(description, slugs) });
}

export interface ProblemResponse {
  description: string;
  content: Record<typeof problemMediaType, { schema: ProblemOfTypes }>;
}

/** A problem of one of some types. */
export interface ProblemOfTypes {
  allOf: [{ $ref: string }, { type: 'object'; properties: { type: { type: 'string'; enum: string[] } } }];
}

export function problemResponse(description: string, slugs: readonly string[]): ProblemResponse {
  const types = slugs.map(problemType);
  return {
    description,
    content: {
      [problemMediaType]: {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { type: { type: 'string', enum: types } } },
          ],
        },
      },
    },
  };
}
