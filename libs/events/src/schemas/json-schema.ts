/** A JSON Schema document (draft 2020-12), as far as this library writes them. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Draft every published schema is written in. */
export const schemaDialect = 'https://json-schema.org/draft/2020-12/schema';

/** `$id` of a schema by its file name: stable names, not addresses to fetch from. */
export function schemaId(name: string): string {
  return `urn:reprise:schema:${name}`;
}
