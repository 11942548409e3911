import type { DomainEvent } from '../domain-event.ts';
import { cloudEventsSchema } from '../readers/cloud-events-schema.ts';
import type { SchemaViolation } from '../schemas/schema-violation.ts';
import type { KnownType } from './known-types.ts';

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

const attributes = Object.keys(cloudEventsSchema.properties).filter((name) => name !== 'data');
const ownAttributes: ReadonlySet<string> = new Set([...attributes, 'data']);

/** The text of an event: the envelope's attributes, then other extension attributes by name, then `data`, fields as declared. */
export function textOfEvent(event: DomainEvent, known: KnownType): string {
  const given = event as unknown as Record<string, unknown>;
  const ordered: Record<string, unknown> = {};
  for (const name of attributes) ordered[name] = given[name];
  for (const name of extensionsOf(given)) ordered[name] = given[name];
  ordered['data'] = orderedData(event.data, known);
  return JSON.stringify(ordered);
}

/** Names of other extension attributes in order; of the events this project writes, `actor` where somebody is known. */
function extensionsOf(event: Record<string, unknown>): readonly string[] {
  let names: string[] | undefined;
  for (const name in event) if (!ownAttributes.has(name)) (names ??= []).push(name);
  return names?.sort() ?? [];
}

/** Fields that the schema declares come first, in its order. */
function orderedData(data: unknown, { definition }: KnownType): unknown {
  if (!('kind' in definition.data) || definition.data.kind !== 'json-schema') return data;
  const given = data as Record<string, unknown>;
  const declared = Object.keys((definition.data.schema['properties'] ?? {}) as object);
  const names = new Set([...declared.filter((name) => Object.hasOwn(given, name)), ...Object.keys(given)]);
  return Object.fromEntries([...names].map((name) => [name, given[name]]));
}
