export { batchPattern } from './batch.controller.ts';
export { LiveFeedHealth, type HealthIndicatorResult } from './live-feed-health.ts';
export { LiveFeedTransport } from './live-feed-transport.ts';
export { ReadModelsPlan } from './read-models-plan.ts';
export { ReadModelsStatus } from './read-models-status.ts';
export {
  RepriseModule,
  type RepriseModuleAsyncOptions,
  type RepriseModuleOptions,
} from './reprise.module.ts';
