import type { ProductEvent } from './product-events.ts';
import { describeViolation, type SchemaViolation } from './schema-violation.ts';
import { envelopeSchema } from './schemas/envelope-schema.ts';
import { dataFields } from './schemas/product-event-schemas.ts';
import { knownTypes } from './schemas/validators.ts';

/** Thrown instead of writing an event that no reader could decode. It is a bug in the caller: retrying cannot help. */
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

const ownAttributes: ReadonlySet<string> = new Set(Object.keys(envelopeSchema.properties));

/** The first violation of the event type's schema; undefined when the event may be written. */
export function findViolation(event: ProductEvent): SchemaViolation | undefined {
  const validate = knownTypes.get(event.type)?.validate;
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
  const ordered = {
    specversion: event.specversion,
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.subject,
    time: event.time,
    datacontenttype: event.datacontenttype,
    aggregatetype: event.aggregatetype,
    aggregateversion: event.aggregateversion,
    correlationid: event.correlationid,
    causationid: event.causationid,
    traceparent: event.traceparent,
    ...extensionsOf(event),
    data: orderedData(event),
  };
  return JSON.stringify(ordered);
}

/** Foreign extension attributes, by name; undefined for the events this project writes. */
function extensionsOf(event: ProductEvent): Record<string, unknown> | undefined {
  let names: string[] | undefined;
  for (const name in event) if (!ownAttributes.has(name)) (names ??= []).push(name);
  if (names === undefined) return undefined;
  return Object.fromEntries(names.sort().map((name) => [name, event[name as keyof ProductEvent]]));
}

function orderedData({ type, data }: ProductEvent): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const field of dataFields.get(type) ?? []) ordered[field] = data[field as keyof typeof data];
  return ordered;
}
