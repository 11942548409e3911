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

/** One compiled validator per current event type; compiling costs milliseconds, so it happens once, when the module loads. */
export const eventValidators: ReadonlyMap<string, ValidateFunction<ProductEvent>> = new Map(
  [...productEventSchemas].map(([type, schema]) => [type as string, ajv.compile<ProductEvent>(schema)]),
);
