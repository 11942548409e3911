export { runWriteMigrations } from './migrate.ts';
export { appendHistory } from './products/append-history.ts';
