import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace-root.ts';
import { keyOf, undocumented, type ApiConformance, type SentRequest } from './conformance.ts';
import type { ApiDocument, Operation, Parameter, Schema } from './document.ts';

interface Field {
  readonly name: string;
  readonly in: 'body' | Parameter['in'];
  readonly schema: Schema;
}

/** A header may be as long as all of them together may be; that limit is the frame's. */
const longestHeader = 16_384;

/** Parameters and members whose values a document limits; ids in a path have a form, which fixes their length. */
function fieldsOf(operation: Operation, { schemas }: ApiDocument): Field[] {
  const body = operation.body && resolved(operation.body.schema, schemas);
  const members = Object.entries(body?.properties ?? {}).map(([name, schema]) => {
    return { name, in: 'body' as const, schema: resolved(schema, schemas) };
  });
  return [...operation.parameters.filter((one) => one.in !== 'path'), ...members].filter(
    ({ schema }) => limitOf(schema) !== '' && schema.maxLength !== longestHeader,
  );
}

function resolved(schema: Schema, schemas: ApiDocument['schemas']): Schema {
  const { $ref } = schema.allOf?.[0] ?? schema;
  return $ref === undefined ? schema : (schemas[$ref.split('/').at(-1) ?? ''] ?? {});
}

/** The limit as the documentation has it; empty where the values are a few words, or an object. */
function limitOf({ type, enum: words, items, ...schema }: Schema): string {
  const { minimum, maximum, minLength, maxLength, maxItems } = schema;
  const number = (value = Number.NaN): string => value.toLocaleString('en-US');
  if (words !== undefined || type === 'boolean' || type === 'object') return '';
  if (type === 'array') return `${number(maxItems)} texts of ${limitOf(items ?? {})}`;
  if (type === 'integer') return `${number(minimum)} to ${number(maximum)}`;
  return `${minLength === undefined ? 'at most' : `${number(minLength)} to`} ${number(maxLength)} characters`;
}

/** The limits of all fields of a document, each field once for each limit it has. */
export function fieldLimits(document: ApiDocument): string[] {
  const limits = document.operations
    .flatMap((operation) => fieldsOf(operation, document))
    .map(({ name, schema }) => `${name.toLowerCase()}: ${limitOf(schema)}`);
  return [...new Set(limits)].toSorted();
}

/** What `docs/reference/http.md` says of the fields of an application, in the form of {@link fieldLimits}. */
export function documentedFieldLimits(application: string): string[] {
  const page = readFileSync(join(workspaceRoot, 'docs/reference/http.md'), 'utf8');
  const table = page.split('\n### Fields\n')[1]?.split('\n## ')[0] ?? '';
  return [...table.matchAll(/^\| ([\w-]+) +\| (.+?) +\| (.+?) +\|$/gm)]
    .filter(([, name]) => name === application)
    .flatMap(([, , names = '', limit = '']) =>
      [...names.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => `${name.toLowerCase()}: ${limit}`),
    )
    .toSorted();
}

/**
 * Sends an operation, for each field that is limited, values at its limits, which it has to take, and values just beyond, which it
 * has to refuse with 400.
 * @param valid a request that the operation takes
 */
export async function keepsFieldLimits(
  api: ApiConformance,
  operation: Operation,
  valid: SentRequest,
): Promise<void> {
  for (const field of fieldsOf(operation, api.document)) {
    const { within, beyond } = boundaries(field);
    for (const value of within) {
      const { status, type } = await api.send(operation, withValue(valid, field, value));
      if (undocumented.test(type) && !api.refusesMore(operation))
        throw new Error(`${says(operation, field, value)} is within, but ${status} ${type}`);
    }
    for (const value of beyond) {
      const { status } = await api.send(operation, withValue(valid, field, value));
      if (status !== 400)
        throw new Error(`${says(operation, field, value)} is beyond the limit, but ${status}`);
    }
  }
}

function says(operation: Operation, { name }: Field, value: unknown): string {
  return `${keyOf(operation)}: ${name} ${JSON.stringify(value).slice(0, 60)}`;
}

function withValue(valid: SentRequest, field: Field, value: unknown): SentRequest {
  if (field.in === 'header') return { ...valid, headers: { ...valid.headers, [field.name]: String(value) } };
  if (field.in === 'body') return { ...valid, body: { ...(valid.body as object), [field.name]: value } };
  const query = new URLSearchParams(valid.query);
  query.delete(field.name);
  for (const one of [value].flat()) query.append(field.name, String(one));
  return { ...valid, query: `?${query}` };
}

function boundaries(field: Field): { within: unknown[]; beyond: unknown[] } {
  const { type, minimum, maximum, maxItems = 0, items = {} } = field.schema;
  if (type === 'integer') {
    const [low, high] = [BigInt(minimum ?? 0), BigInt(maximum ?? 0)];
    const sent = (value: bigint): unknown => (field.in === 'body' ? Number(value) : String(value));
    return { within: [low, high].map(sent), beyond: [low - 1n, high + 1n].map(sent) };
  }
  if (type === 'array') {
    const item = textsOf({ ...field, schema: items });
    const list = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => String(index).padEnd(items.maxLength ?? 0, 'x'));
    return { within: [list(maxItems)], beyond: [list(maxItems + 1), ...item.beyond.map((one) => [one])] };
  }
  return textsOf(field);
}

/** Texts of the shortest and the longest length, and one character less and more. */
function textsOf({ schema, ...field }: Field): { within: string[]; beyond: string[] } {
  const { minLength = 0, maxLength = 0, pattern, example = '' } = schema;
  const form = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  const ofLength = (length: number): string | undefined => {
    // Lengths are those of characters, not of what UTF-16 makes of them.
    const plain = [field.in === 'body' ? '\u{1F600}' : 'x', 'X', 'x', 'a'].map((one) => one.repeat(length));
    const address = `a@${'x'.repeat(Math.max(0, length - 2))}`;
    return [...plain, address, example].find((text) => text.length >= length && (form?.test(text) ?? true));
  };
  // A blank parameter counts as absent.
  const shortest = field.in === 'body' ? minLength : Math.max(1, minLength);
  const within = [ofLength(shortest), ofLength(maxLength)].filter((one) => one !== undefined);
  const beyond = [...(minLength > 0 ? ['x'.repeat(minLength - 1)] : []), 'x'.repeat(maxLength + 1)];
  return { within, beyond };
}
