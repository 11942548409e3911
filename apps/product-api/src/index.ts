export { runWriteMigrations } from './migrate.ts';
export { appendHistory, type HistoryConnection } from './products/append-history.ts';
