import { schemaDialect, schemaId, type JsonSchema } from '../../schemas/json-schema.ts';
import { attributeSchemas } from '../attribute-schemas.ts';
import type { JsonObject } from '../open-failure.ts';
import { identifierText, timeText, wholeNumber } from '../attribute-values.ts';

/** What a reader finds in a record, under the names that declarations use and in any form that can be made an event's. */
export interface FoundAttributes {
  readonly id: unknown;
  readonly type: unknown;
  readonly aggregateId: unknown;
  readonly time: unknown;
  readonly aggregateType?: unknown;
  readonly version?: unknown;
  readonly data: unknown;
}

/** The envelope of what was found; what was not found is undefined in it, and the schema says so. */
export function envelopeOf(found: FoundAttributes): JsonObject {
  return {
    id: identifierText(found.id),
    type: found.type,
    subject: identifierText(found.aggregateId),
    time: timeText(found.time),
    aggregatetype: found.aggregateType,
    aggregateversion: wholeNumber(found.version),
    data: found.data,
  };
}

/** A time that has an offset was made UTC, so one that is not is no time: that is said first. */
const { type, format, pattern } = attributeSchemas.time;
const time = {
  allOf: [
    { type, format },
    { type, pattern },
  ],
} as const;

/** The envelope of events that came in no CloudEvents envelope: the attributes of a `DomainEvent` and nothing else. */
export const eventAttributesSchema = {
  $schema: schemaDialect,
  $id: schemaId('event-attributes'),
  title: 'Event attributes',
  description: 'An event whose attributes stood elsewhere in its record, under the names every event has.',
  type: 'object',
  required: Object.keys(attributeSchemas),
  properties: { ...attributeSchemas, time },
  additionalProperties: false,
} as const satisfies JsonSchema;
