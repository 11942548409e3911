import type { ProductEvent } from './product-events.ts';
import { describeViolation, type SchemaViolation } from './schema-violation.ts';
import { dataFields } from './schemas/product-event-schemas.ts';
import { eventValidators } from './schemas/validators.ts';

/** Thrown instead of writing an event that no reader could decode. It is a defect of the caller: retrying cannot help. */
export class InvalidEventError extends Error {
  readonly code = 'INVALID_EVENT';
  readonly retryable = false;
  override readonly name = 'InvalidEventError';
  /** JSON Pointer to the offending field. */
  readonly path: string;

  constructor(type: string, { path, problem }: SchemaViolation) {
    super(`event of type ${type} was not written, schema violated: ${path} ${problem}`);
    this.path = path;
  }
}

const envelopeKeys: readonly string[] = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'aggregatetype',
  'aggregateversion',
  'correlationid',
  'causationid',
  'traceparent',
];

/** What in an event breaks the schema of its type, the first violation only; undefined when it may be written. */
export function findViolation(event: ProductEvent): SchemaViolation | undefined {
  const validate = eventValidators.get(event.type);
  return validate?.(event) ? undefined : describeViolation(validate?.errors);
}

/**
 * The stored and sent text of an event: structured JSON with a fixed key order (envelope, then other extension attributes by name,
 * then `data`), so that equal events are equal texts.
 * @throws InvalidEventError when the event breaks its schema
 */
export function encodeEvent(event: ProductEvent): string {
  const violation = findViolation(event);
  if (violation !== undefined) throw new InvalidEventError(event.type, violation);
  const source = event as unknown as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const key of envelopeKeys) ordered[key] = source[key];
  for (const key of Object.keys(source).sort())
    if (!Object.hasOwn(ordered, key) && key !== 'data') ordered[key] = source[key];
  ordered.data = pick(event.data as Readonly<Record<string, unknown>>, dataFields.get(event.type) ?? []);
  return JSON.stringify(ordered);
}

function pick(source: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of keys) picked[key] = source[key];
  return picked;
}
