import * as fc from 'fast-check';
import type { Operation, Parameter, Schema } from './document.ts';

/** A request made from the document: a parameter that is undefined is not sent. */
export interface GeneratedRequest {
  readonly parameters: ReadonlyMap<Parameter, string | readonly string[] | undefined>;
  readonly body: unknown;
}

/** Values that schemas mean to keep out, and some that they do not. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', ' ', 0, -1, 1, 1.5, 1e21, 2 ** 31, 2 ** 53, [], {}, [null], ['a']),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    'é',
    '\u{1F600}',
    'x'.repeat(200),
    'x'.repeat(10_001),
    '__proto__',
    'EUR',
  ),
  fc.string(),
  fc.integer(),
);

const oddNames = fc.constantFrom(
  'id',
  'version',
  'toString',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'a.b',
);

/** Requests that the document allows, and others that differ from those in a place or two. */
export function requestsOf(
  operation: Operation,
  schemas: Readonly<Record<string, Schema>>,
): fc.Arbitrary<GeneratedRequest> {
  const parameters = fc
    .tuple(...operation.parameters.map((parameter) => parameterText(parameter)))
    .map((texts) => new Map(operation.parameters.map((parameter, index) => [parameter, texts[index]])));
  return fc.record({ parameters, body: bodyOf(operation, schemas) });
}

function bodyOf({ body }: Operation, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  if (body === undefined) return fc.constant(undefined);
  const valid = valueOf(body.schema, schemas);
  const bent = fc.tuple(valid, fc.array(bend, { minLength: 1, maxLength: 2 })).map(([value, bends]) => {
    const object = { ...(value as Record<string, unknown>) };
    for (const apply of bends) apply(object);
    return object;
  });
  const choices: fc.WeightedArbitrary<unknown>[] = [
    { arbitrary: valid, weight: 5 },
    { arbitrary: bent, weight: 5 },
    { arbitrary: fc.constantFrom<unknown>([], 7, 'text', null), weight: 1 },
  ];
  if (!body.required) choices.push({ arbitrary: fc.constant(undefined), weight: 2 });
  return fc.oneof(...choices);
}

type Bend = (object: Record<string, unknown>) => void;

const bend: fc.Arbitrary<Bend> = fc.oneof(
  fc.tuple(fc.nat(20), odd).map(([at, value]): Bend => (object) => {
    const name = Object.keys(object).at(at % Math.max(1, Object.keys(object).length));
    if (name !== undefined) define(object, name, value);
  }),
  fc.nat(20).map((at): Bend => (object) => {
    delete object[Object.keys(object).at(at % Math.max(1, Object.keys(object).length)) ?? ''];
  }),
  fc.tuple(oddNames, odd).map(
    ([name, value]): Bend =>
      (object) =>
        define(object, name, value),
  ),
);

/** As JSON has it: `__proto__` is a member like any other. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

const asciiText = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 })
  .filter((text) => text.trim() === text);

/** Texts of a parameter: what a URL or a header can carry, without white space around it. */
function parameterText({
  schema,
  required = false,
  ...rest
}: Parameter): fc.Arbitrary<string | string[] | undefined> {
  const plain = rest.in === 'header' && schema.pattern === undefined;
  const one = plain ? asciiText : textOf(schema.type === 'array' ? (schema.items ?? {}) : schema);
  const text: fc.Arbitrary<string | string[]> =
    schema.type === 'array' ? fc.array(one, { minLength: 1, maxLength: (schema.maxItems ?? 5) + 1 }) : one;
  const bent =
    rest.in === 'path' ? asciiText.map((text) => encodeURIComponent(text).replaceAll('.', 'x')) : asciiText;
  const choices = [
    { arbitrary: text, weight: 6 },
    { arbitrary: bent, weight: 1 },
  ];
  const given = fc.oneof(...choices);
  return rest.in === 'path' || (required && rest.in !== 'header')
    ? given
    : fc.option(given, { nil: undefined, freq: required ? 8 : 2 });
}

function textOf(schema: Schema): fc.Arbitrary<string> {
  return valueOf(schema, {})
    .map(String)
    .filter((text) => text.trim() === text && text !== '');
}

/** Values that a schema allows. */
export function valueOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valueOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.allOf !== undefined) return valueOf(schema.allOf[0] ?? {}, schemas);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'integer':
      return fc.maxSafeInteger().map((n) => within(n, schema));
    case 'number':
      return fc.double();
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, schemas), { maxLength: schema.maxItems ?? 5 });
    case 'object':
      return objectOf(schema, schemas);
    default:
      return textValueOf(schema);
  }
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  schemas: Readonly<Record<string, Schema>>,
): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, schemas)]),
  );
  return fc.record(members, { requiredKeys: [...required] });
}

/** Brings a whole number into a schema's range, its ends as likely as its inside. */
function within(
  n: number,
  { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema,
): number {
  return Math.min(maximum, Math.max(minimum, n));
}

function textValueOf({ format, pattern, minLength = 0, maxLength = 50 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 7 });
  if (pattern !== undefined && !pattern.includes('\\p{')) return fc.stringMatching(new RegExp(pattern, 'u'));
  const allowed = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) });
  const long = fc.constant('\u{1F600}'.repeat(maxLength));
  return fc
    .oneof({ arbitrary: text, weight: 9 }, { arbitrary: long, weight: 1 })
    .filter((one) => (allowed?.test(one) ?? true) && Array.from(one).length <= maxLength);
}
