export { recruitingApi } from './recruiting-api.ts';
