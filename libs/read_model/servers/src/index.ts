export {
  readModelSettings,
  type GivenServers,
  type ReadModelConfiguration,
  type ReadModelsMeant,
} from './configuration.ts';
export { statusOf } from './context-status.ts';
export { type ContextServers, type ModelServers } from './context-servers.ts';
export { loadAdapters, type StoreAdapters } from './store-adapters.ts';
export { openMigrated, openReadModels, type OpeningOptions, type ReadModels } from './open-read-models.ts';
