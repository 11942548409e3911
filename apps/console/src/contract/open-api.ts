import type { ApiResponseNoStatusOptions } from '@nestjs/swagger';
import { z } from 'zod';

/** The answer of an operation, for `@ApiOkResponse`, from the schema that makes its type. */
export function answers(schema: z.ZodType, description: string): ApiResponseNoStatusOptions {
  return { description, schema: jsonOf(schema, 'output') };
}

/** The body of an operation, for `@ApiBody`. */
export function asked(schema: z.ZodType): { readonly schema: Record<string, unknown> } {
  // The check of requests refuses members that are not declared.
  return { schema: { ...jsonOf(schema, 'input'), additionalProperties: false } };
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'openapi-3.0', io }) as Record<
    string,
    unknown
  >;
  return json;
}
