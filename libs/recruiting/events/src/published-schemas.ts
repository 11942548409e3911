import type { JsonSchema } from '@reprise/events';
import { recruitingEvents } from './recruiting-contract.ts';

/**
 * Every schema by the name of the file it is published in (docs/reference/events/recruiting), for other readers of the log. The
 * schema of the envelope stands beside them.
 */
export const publishedSchemas: ReadonlyMap<string, JsonSchema> = new Map(
  [...recruitingEvents.schemas.byType].map(([type, schema]) => [`${type}.schema.json`, schema] as const),
);
