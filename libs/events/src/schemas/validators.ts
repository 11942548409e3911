import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ProductEvent } from '../product-events.ts';
import { isDateTime } from './date-time.ts';
import { envelopeSchema } from './envelope-schema.ts';
import { useFastKeywords } from './fast-keywords.ts';
import { productEventSchemas } from './product-event-schemas.ts';

const ajv = new Ajv2020({
  strictTypes: true,
  allowUnionTypes: true,
  formats: { 'date-time': isDateTime },
});
useFastKeywords(ajv);
ajv.addSchema(envelopeSchema);

/** A current event type with its compiled validator. */
export interface KnownType {
  /** The single string of that name: comparing an event's type with it, or counting by it, need not read its characters. */
  readonly type: string;
  readonly validate: ValidateFunction<ProductEvent>;
}

/** One compiled validator per current event type; compiling costs milliseconds, so it happens once, when the module loads. */
export const knownTypes: ReadonlyMap<string, KnownType> = new Map(
  [...productEventSchemas].map(([type, schema]) => [
    type as string,
    { type, validate: ajv.compile<ProductEvent>(schema) },
  ]),
);
