export { dropOutboxTableSql, outboxTableSql } from './schema.ts';
export { appendToOutbox, type EncodedEvent, type Queryable } from './append.ts';
