import { attributeLimits, textPattern } from '../attribute-limits.ts';

export const identifier = { type: 'string', ...attributeLimits.identifier, pattern: textPattern } as const;

/** JSON Schema of the attributes of every `DomainEvent`, whatever envelope they came in. */
export const attributeSchemas = {
  id: identifier,
  type: { type: 'string', ...attributeLimits.identifier },
  subject: identifier,
  time: { type: 'string', format: 'date-time', pattern: 'Z$' },
  aggregatetype: identifier,
  aggregateversion: { type: 'integer', ...attributeLimits.aggregateVersion },
  data: { type: 'object' },
} as const;
