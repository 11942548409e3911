export { createSearchApi, type SearchApiSettings } from './search-api.ts';
