import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { EnvelopeReader } from '../readers/envelope-reader.ts';
import type { JsonObject } from '../readers/open-failure.ts';
import { isDateTime } from '../schemas/date-time.ts';
import { useFastKeywords } from '../schemas/fast-keywords.ts';
import { schemaDialect, schemaId, type JsonSchema } from '../schemas/json-schema.ts';
import { describeViolation, pointerTo, type SchemaViolation } from '../schemas/schema-violation.ts';
import type { DataSchema, StandardSchema } from './data-schema.ts';
import type { EventTypeDefinition, VersionSource } from './event-contract.ts';

/** A current event type with its compiled check. */
export interface KnownType {
  /** The single string of that name: comparing an event's type with it, or counting by it, need not read its characters. */
  readonly type: string;
  readonly aggregateType: string;
  readonly definition: EventTypeDefinition;
  /** JSON Schema of whole events of the type, for readers of the log outside this project. */
  readonly schema: JsonSchema;
  /** Finds the first violation. A Standard Schema's output replaces the data. */
  check(envelope: JsonObject): SchemaViolation | undefined;
}

export interface TypeToCompile {
  readonly type: string;
  readonly aggregateType: string;
  readonly definition: EventTypeDefinition;
}

/** Compiles the types of a contract. It costs milliseconds a type, so it happens once, when the contract is defined. */
export function compileTypes(
  types: readonly TypeToCompile[],
  reader: EnvelopeReader,
  versions: VersionSource,
): ReadonlyMap<string, KnownType> {
  const ajv = new Ajv2020({
    strictTypes: true,
    allowUnionTypes: true,
    formats: { 'date-time': isDateTime },
  });
  useFastKeywords(ajv);
  ajv.addSchema(versions === 'position' ? countingNothing(reader.schema) : reader.schema);
  const withBeginning = new Set(
    types.filter(({ definition }) => definition.begins).map(({ aggregateType }) => aggregateType),
  );
  return new Map(
    types.map((declared) => {
      // Only a sequence says which number an aggregate's first event has.
      const numbered = versions === 'sequence' && withBeginning.has(declared.aggregateType);
      const schema = schemaOf(declared, reader, numbered);
      const { data } = declared.definition;
      return [declared.type, { ...declared, schema, check: checkOf(ajv.compile(schema), data) }];
    }),
  );
}

function checkOf(validate: ValidateFunction, data: DataSchema): KnownType['check'] {
  const checkEnvelope = (envelope: JsonObject): SchemaViolation | undefined =>
    validate(envelope) ? undefined : describeViolation(validate.errors);
  if (!('~standard' in data)) return checkEnvelope;
  return (envelope) => checkEnvelope(envelope) ?? checkByStandard(data, envelope);
}

function checkByStandard(
  { '~standard': { validate, vendor } }: StandardSchema<unknown>,
  envelope: JsonObject,
): SchemaViolation | undefined {
  const result = validate(envelope['data']);
  if (result instanceof Promise) {
    // Nobody waits for it, so its rejection must not end the process.
    result.catch(() => undefined);
    throw new TypeError(
      `a ${vendor} schema of event data validates asynchronously; events are read in order`,
    );
  }
  if (result.issues === undefined) {
    (envelope as { data: unknown }).data = result.value;
    return undefined;
  }
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  return {
    path: pointerTo(['data', ...path.map(String)]),
    problem: issue?.message ?? 'does not match its schema',
  };
}

/** The envelope's rules and the type's own. */
function schemaOf(
  { type, aggregateType, definition }: TypeToCompile,
  reader: EnvelopeReader,
  numbered: boolean,
): JsonSchema {
  const { title = type, description, begins, data } = definition;
  return {
    $schema: schemaDialect,
    $id: schemaId(type),
    title,
    ...(description !== undefined && { description }),
    type: 'object',
    allOf: [{ $ref: reader.schema.$id }],
    properties: {
      type: { const: type },
      aggregatetype: { const: aggregateType },
      ...(numbered && { aggregateversion: begins ? { const: 1 } : { type: 'integer', minimum: 2 } }),
      ...('kind' in data && data.kind === 'json-schema' && { data: data.schema }),
    },
  };
}

/** The envelope's schema without the bounds of a count: positions grow to any number that JSON keeps exact. */
function countingNothing(envelope: JsonSchema): JsonSchema {
  const properties = envelope['properties'] as Readonly<Record<string, unknown>>;
  const aggregateversion = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  return { ...envelope, properties: { ...properties, aggregateversion } };
}
