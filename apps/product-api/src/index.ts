export { runWriteMigrations } from './migrate.ts';
