export { dropOutboxTableSql, outboxTableSql } from './schema.ts';
