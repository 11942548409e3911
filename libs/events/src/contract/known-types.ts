import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { EnvelopeReader } from '../readers/envelope-reader.ts';
import type { JsonObject } from '../readers/open-failure.ts';
import { isDateTime } from '../schemas/date-time.ts';
import { useFastKeywords } from '../schemas/fast-keywords.ts';
import { schemaDialect, schemaId, type JsonSchema } from '../schemas/json-schema.ts';
import { describeViolation, pointerTo, type SchemaViolation } from '../schemas/schema-violation.ts';
import type { DataSchema, StandardSchema } from './data-schema.ts';
import type { EventTypeDefinition, VersionSource } from './event-contract.ts';

/** A current event type with its check. */
export interface KnownType {
  /** The single string of that name: comparing an event's type with it, or counting by it, need not read its characters. */
  readonly type: string;
  readonly aggregateType: string;
  readonly definition: EventTypeDefinition;
  /** JSON Schema of whole events of the type, for readers of the log outside this project. */
  readonly schema: JsonSchema;
  /**
   * Finds the first violation. A Standard Schema's output replaces the data.
   * @throws RangeError when no check can be made of the type's schema
   */
  check(envelope: JsonObject): SchemaViolation | undefined;
  /**
   * Holds the type's schema against the rules of schemas, once.
   * @throws RangeError when it is none
   */
  assertDeclared(): void;
}

/** A type as its contract declares it. */
export interface DeclaredType {
  readonly type: string;
  readonly aggregateType: string;
  readonly definition: EventTypeDefinition;
}

/**
 * The types of a contract. The check of each is compiled by the first event of that type, or by the question for problems, which
 * compiles all of them: that costs milliseconds a type, which a process that reads no event, and a test of a few types, need not pay.
 * Whoever reads a log asks for problems first; whoever writes holds the schema against the rules of schemas with its first event.
 */
export function knownTypes(
  types: readonly DeclaredType[],
  reader: EnvelopeReader,
  versions: VersionSource,
): { readonly known: ReadonlyMap<string, KnownType>; readonly problems: () => readonly string[] } {
  const withBeginning = new Set(
    types.filter(({ definition }) => definition.begins).map(({ aggregateType }) => aggregateType),
  );
  const compile = compilerOver(versions === 'position' ? countingNothing(reader.schema) : reader.schema);
  const declared = types.map((one) => {
    // Only a sequence says which number an aggregate's first event has.
    const numbered = versions === 'sequence' && withBeginning.has(one.aggregateType);
    const schema = schemaOf(one, reader, numbered);
    const compiled = once(() => compile(schema));
    return { ...one, schema, compiled, problem: once(() => brokenRule(schema) ?? compiled().problem) };
  });
  const known = new Map(
    declared.map(({ compiled, problem, ...one }): [string, KnownType] => {
      const check = checkOf(() => {
        const made = compiled();
        if (made.problem !== undefined) throw wronglyDeclared(one.type, made.problem);
        return made.validate;
      }, one.definition.data);
      const assertDeclared = () => {
        const found = problem();
        if (found !== undefined) throw wronglyDeclared(one.type, found);
      };
      return [one.type, { ...one, check, assertDeclared }];
    }),
  );
  const problems = () =>
    declared.flatMap(({ type, problem }) => {
      const found = problem();
      return found === undefined ? [] : [`${type}: ${found}`];
    });
  return { known, problems };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A check, or why a schema is none. */
type Compiled =
  { readonly validate: ValidateFunction; readonly problem?: undefined } | { readonly problem: string };

function wronglyDeclared(type: string, problem: string): RangeError {
  return new RangeError(
    `The event was not read or written: the schema of ${type} is declared wrong. ${problem}.`,
  );
}

/**
 * Knows the rules of schemas themselves. It is shared: compiling them takes longer than compiling the types of a contract. They are
 * held against a few schemas once, so nothing is spent on making them fast.
 */
const schemaRules = once(() => new Ajv2020({ logger: false, code: { optimize: false } }));

function brokenRule(schema: JsonSchema): string | undefined {
  const rules = schemaRules();
  return rules.validateSchema(schema) === true ? undefined : `schema is invalid: ${rules.errorsText()}`;
}

/** What compiles the schemas of types which share an envelope. */
function compilerOver(envelope: JsonSchema): (schema: JsonSchema) => Compiled {
  let compiler: Ajv2020 | undefined;
  return (schema) => {
    try {
      return { validate: (compiler ??= emptyCompiler(envelope)).compile(schema) };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  };
}

function emptyCompiler(envelope: JsonSchema): Ajv2020 {
  const ajv = new Ajv2020({
    strictTypes: true,
    allowUnionTypes: true,
    formats: { 'date-time': isDateTime },
    logger: false,
    validateSchema: false,
  });
  useFastKeywords(ajv);
  return ajv.addSchema(envelope);
}

function checkOf(validatorOf: () => ValidateFunction, data: DataSchema): KnownType['check'] {
  let validate: ValidateFunction | undefined;
  const checkEnvelope = (envelope: JsonObject): SchemaViolation | undefined => {
    validate ??= validatorOf();
    return validate(envelope) ? undefined : describeViolation(validate.errors);
  };
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
  { type, aggregateType, definition }: DeclaredType,
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
