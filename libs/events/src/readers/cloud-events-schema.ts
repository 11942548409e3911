import { traceparentPattern } from '../attribute-limits.ts';
import { schemaDialect, schemaId, type JsonSchema } from '../schemas/json-schema.ts';
import { attributeSchemas, identifier } from './attribute-schemas.ts';

/** `specversion` of every event: CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export const specVersion = '1.0';

/** `datacontenttype` of every event. */
export const dataContentType = 'application/json';

/**
 * The CloudEvents envelope. Extension attributes beyond ours are allowed, as the specification requires of consumers, if
 * their names are legal attribute names and their values have the specification's JSON types.
 */
export const cloudEventsSchema = {
  $schema: schemaDialect,
  $id: schemaId('event-envelope'),
  title: 'Event envelope',
  description: 'CloudEvents 1.0 in structured JSON, with the extension attributes every event carries.',
  type: 'object',
  required: [
    'specversion',
    'id',
    'source',
    'type',
    'subject',
    'time',
    'datacontenttype',
    'aggregatetype',
    'aggregateversion',
    'correlationid',
    'data',
  ],
  properties: {
    specversion: { const: specVersion },
    id: { ...identifier, description: 'Unique per event; UUIDv7 where this project writes it.' },
    source: { ...identifier, description: 'URI reference of the writer.' },
    type: attributeSchemas.type,
    subject: { ...identifier, description: 'Aggregate id; also the Kafka key.' },
    time: {
      ...attributeSchemas.time,
      description: 'When it happened: RFC 3339 in UTC, up to nanoseconds.',
    },
    datacontenttype: { const: dataContentType },
    aggregatetype: identifier,
    aggregateversion: {
      ...attributeSchemas.aggregateversion,
      description: "1-based count of the aggregate's events, without gaps. It alone decides order.",
    },
    correlationid: identifier,
    causationid: identifier,
    traceparent: { type: 'string', pattern: traceparentPattern, description: 'W3C trace context.' },
    data: attributeSchemas.data,
  },
  propertyNames: { pattern: '^(?!(?:constructor|prototype)$)[a-z0-9]{1,64}$' },
  additionalProperties: { type: ['string', 'boolean', 'integer'] },
} satisfies JsonSchema;
