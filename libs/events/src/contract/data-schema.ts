import type { JsonSchema } from '../schemas/json-schema.ts';

/** What the data of one event type must look like: JSON Schema, any Standard Schema validator, or `ignored`. */
export type DataSchema = JsonData<unknown> | StandardSchema<unknown> | Ignored;

/** JSON Schema (draft 2020-12) of an object; it is compiled together with the envelope's, which makes it the fastest of the three. */
export interface JsonData<Data> {
  readonly kind: 'json-schema';
  readonly schema: JsonSchema;
  /** For the types alone. */
  readonly data?: Data;
}

/** The interface that validators share (https://standardschema.dev, version 1), as far as it is used here. */
export interface StandardSchema<Data> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Data> | Promise<StandardResult<Data>>;
    readonly types?: { readonly input: unknown; readonly output: Data } | undefined;
  };
}

export type StandardResult<Data> =
  { readonly value: Data; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Events of that type are known and change no document; only their envelope is checked. */
export interface Ignored {
  readonly kind: 'ignored';
}

/** The type of an event's data, from its schema. */
export type DataOf<Schema extends DataSchema> =
  Schema extends JsonData<infer Data> ? Data : Schema extends StandardSchema<infer Data> ? Data : unknown;

/** Event data by JSON Schema. `Data` is the caller's word: nothing compares it with the schema. */
export function jsonData<Data>(schema: JsonSchema): JsonData<Data> {
  return { kind: 'json-schema', schema };
}

/** The data schema of a type whose events nobody here reads. */
export const ignored: Ignored = { kind: 'ignored' };
