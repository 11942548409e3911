export { registerServiceLevels } from './service-levels.ts';
