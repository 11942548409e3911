/** An event type as its schema is published, for other readers of the log. */
export interface PublishedType {
  readonly type: string;
  readonly aggregate: string;
  readonly title: string;
  readonly description: string;
  readonly begins: boolean;
  /** Texts its data has, all of them required, with the most characters each may have. */
  readonly texts: Readonly<Record<string, number>>;
}

/** The published schema of an event type; the specs of what is generated compare it with what the codec checks. */
export function publishedSchema({
  type,
  aggregate,
  title,
  description,
  begins,
  texts,
}: PublishedType): object {
  const pattern = '^[^\\u0000\\p{Cs}]*$';
  const properties = Object.entries(texts).map(([name, maxLength]) => [
    name,
    { type: 'string', minLength: 1, maxLength, pattern },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:reprise:schema:${type}`,
    title,
    description,
    type: 'object',
    allOf: [{ $ref: 'urn:reprise:schema:event-envelope' }],
    properties: {
      type: { const: type },
      aggregatetype: { const: aggregate },
      aggregateversion: begins ? { const: 1 } : { type: 'integer', minimum: 2 },
      data: {
        type: 'object',
        properties: Object.fromEntries(properties) as object,
        required: Object.keys(texts),
        additionalProperties: false,
      },
    },
  };
}

/** A stored event of a type, as a line of its golden file: the texts of the codec, byte for byte. */
export function goldenLine(event: {
  readonly source: string;
  readonly type: string;
  readonly aggregate: string;
  readonly version: number;
  readonly data: object;
}): string {
  const { source, type, aggregate, version, data } = event;
  const number = String(version).padStart(12, '0');
  return `${JSON.stringify({
    specversion: '1.0',
    id: `01a1f84b-840f-7197-89f6-${number}`,
    source,
    type,
    subject: '01a1f84a-95c0-7790-9c1c-1f0101010101',
    time: `2026-11-30T09:0${version % 10}:00.007Z`,
    datacontenttype: 'application/json',
    aggregatetype: aggregate,
    aggregateversion: version,
    correlationid: `01a1f84b-840f-7770-a424-${number}`,
    data,
  })}\n`;
}
