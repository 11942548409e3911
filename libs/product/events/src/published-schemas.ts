import type { JsonSchema } from '@reprise/events';
import { productEvents } from './product-contract.ts';

const { envelope, byType } = productEvents.schemas;

/** Every schema by the name of the file it is published in (docs/reference/events), for other readers of the log. */
export const publishedSchemas: ReadonlyMap<string, JsonSchema> = new Map([
  ['event-envelope.schema.json', envelope],
  ...[...byType].map(([type, schema]) => [`${type}.schema.json`, schema] as const),
]);
