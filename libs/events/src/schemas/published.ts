import { envelopeSchema } from './envelope-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { productEventSchemas } from './product-event-schemas.ts';

/** Every schema by the name of the file it is published in (docs/reference/events), for other readers of the log. */
export const publishedSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  ['event-envelope.schema.json', envelopeSchema],
  ...[...productEventSchemas].map(([type, schema]) => [`${type}.schema.json`, schema] as const),
]);
