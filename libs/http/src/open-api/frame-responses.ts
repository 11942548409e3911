import type { OpenAPIObject } from '@nestjs/swagger';
import { publicMark } from '../server/permit.ts';
import { boundSchemas } from './bounded-schemas.ts';
import { correlationIdHeader } from '../requests/correlation-id.ts';
import { problemMediaType } from '@reprise/runtime/operations';
import { problemResponse, problemSchema, type ProblemResponse } from './problem-responses.ts';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { [publicMark]?: boolean };

interface FrameResponse {
  readonly status: number;
  readonly description: string;
  readonly slugs: readonly string[];
  readonly when: (path: string, hasBody: boolean) => boolean;
}

const always = (): boolean => true;
const withBody = (_path: string, hasBody: boolean): boolean => hasBody;

/** What the frame answers before or instead of any controller. */
const frameResponses: readonly FrameResponse[] = [
  {
    status: 400,
    description: 'The request is not valid',
    slugs: ['bad-request', 'validation-failed'],
    when: always,
  },
  { status: 400, description: 'The body cannot be read', slugs: ['malformed-body'], when: withBody },
  {
    status: 401,
    description: 'There is no credential, or it is not accepted',
    slugs: ['unauthenticated'],
    when: always,
  },
  { status: 403, description: 'The credential does not allow it', slugs: ['forbidden'], when: always },
  {
    status: 408,
    description: 'The request did not arrive in time',
    slugs: ['request-timeout'],
    when: always,
  },
  {
    status: 413,
    description: 'The body is larger than 100 KiB',
    slugs: ['payload-too-large'],
    when: withBody,
  },
  {
    status: 414,
    description: 'A part of the path is longer than 100 characters',
    slugs: ['uri-too-long'],
    when: (path) => path.includes('{'),
  },
  {
    status: 415,
    description: 'The body is not JSON in UTF-8, or is compressed',
    slugs: ['unsupported-media-type'],
    when: withBody,
  },
  {
    status: 429,
    description: 'More requests within a minute than are answered; Retry-After says when to try again',
    slugs: ['too-many-requests'],
    when: always,
  },
  {
    status: 431,
    description: 'Request line and headers are larger than 16 KiB, or there are more than 100 headers',
    slugs: ['request-header-fields-too-large'],
    when: always,
  },
  {
    status: 500,
    description: 'The request failed; the log says why',
    slugs: ['internal-error'],
    when: always,
  },
  {
    status: 503,
    description: 'A server behind this one is away or too busy; Retry-After says when to try again',
    slugs: ['dependency-unavailable'],
    when: always,
  },
];

/** Methods whose bodies are read, documented or not. */
const methodsWithBody = ['post', 'put', 'patch', 'delete'] as const;
const methods = ['get', ...methodsWithBody] as const;

/**
 * Adds to a document what the frame gives every operation: its answers, the correlation id on each answer, and that unknown
 * members of a body are refused. If the controller documents the same status, the types are joined.
 */
export function withFrameResponses(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema },
  };
  const tags = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      for (const tag of operation?.tags ?? []) tags.add(tag);
      if (operation) addResponses(operation, path, method !== 'get');
      if (operation?.requestBody) closeSchemas(operation.requestBody, document);
    }
  }
  document.tags = [...tags].toSorted().map((name) => ({ name }));
  boundSchemas(document);
  return document;
}

function addResponses(operation: Operation, path: string, hasBody: boolean): void {
  const responses = (operation.responses ??= {}) as Record<string, ProblemResponse>;
  const isPublic = operation[publicMark] === true;
  delete operation[publicMark];
  if (isPublic) operation.security = [];
  for (const { status, description, slugs, when } of frameResponses) {
    if (!when(path, hasBody) || (isPublic && (status === 401 || status === 403))) continue;
    const known = typesOf(responses[status]);
    const added = problemResponse(responses[status]?.description ?? description, slugs);
    const types = [...new Set([...known, ...typesOf(added)])];
    added.content[problemMediaType].schema.allOf[1].properties.type.enum = types;
    responses[status] = added;
  }
  for (const [status, response] of Object.entries(responses as Record<string, { headers?: object }>))
    response.headers = { ...response.headers, ...headersOf(status) };
}

/** What every answer carries, by its status. Those that are no request any more (408, 431) are not counted. */
function headersOf(status: string): object {
  const schema = { type: 'string', minLength: 1, maxLength: 100 };
  const seconds = { type: 'integer', format: 'int32', minimum: 1, maximum: 3_600 };
  return {
    [correlationIdHeader]: { required: true, schema },
    RateLimit: { description: 'How many requests are left, and for how many seconds', schema },
    'RateLimit-Policy': { description: 'How many requests are answered in how many seconds', schema },
    ...(['429', '503'].includes(status) && {
      'Retry-After': {
        description: 'Seconds to wait',
        schema: seconds,
        ...(status === '429' && { required: true }),
      },
    }),
  };
}

function typesOf(response: ProblemResponse | undefined): string[] {
  return response?.content[problemMediaType].schema.allOf[1].properties.type.enum ?? [];
}

/** Closes every schema that a body refers to. */
function closeSchemas(body: unknown, document: OpenAPIObject): void {
  for (const [, name = ''] of JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    const schema = document.components?.schemas?.[name];
    if (schema && 'type' in schema && schema.type === 'object') schema.additionalProperties = false;
  }
}
