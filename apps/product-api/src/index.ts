export { runWriteMigrations } from './migrate.ts';
export { productApi } from './product-api.ts';
export { appendHistory } from './products/append-history.ts';
