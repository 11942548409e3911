import type { ErrorObject } from 'ajv/dist/2020.js';

/** Where a document breaks its schema, and how. */
export interface SchemaViolation {
  /** JSON Pointer (RFC 6901) into the event, e.g. `/data/priceMinor`. */
  readonly path: string;
  /** What is wrong there, e.g. `must be integer`. */
  readonly problem: string;
}

/** The most informative violation that ajv reports: the first, pointing at the field itself instead of its parent. */
export function describeViolation(errors: readonly ErrorObject[] | null | undefined): SchemaViolation {
  const error = errors?.find(({ keyword }) => keyword === 'propertyNames') ?? errors?.[0];
  if (error === undefined) return { path: '', problem: 'does not match its schema' };
  const child = (name: unknown) => `${error.instancePath}/${escapePointer(String(name))}`;
  const { params } = error as { params: Record<string, unknown> };
  switch (error.keyword) {
    case 'required':
      return { path: child(params.missingProperty), problem: 'is required' };
    case 'additionalProperties':
      return { path: child(params.additionalProperty), problem: 'is not allowed' };
    case 'propertyNames':
      return { path: child(params.propertyName), problem: 'is not a legal attribute name' };
    case 'const':
      return { path: error.instancePath, problem: `must be ${JSON.stringify(params.allowedValue)}` };
    case 'not':
      return { path: error.instancePath, problem: 'is not an allowed value' };
    default:
      return { path: error.instancePath, problem: error.message ?? `breaks ${error.keyword}` };
  }
}

/** JSON Pointer (RFC 6901) to the place with those names; each is cut, because the sender chose them. */
export function pointerTo(names: readonly string[]): string {
  return names.map((name) => `/${escapePointer(name)}`).join('');
}

function escapePointer(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
