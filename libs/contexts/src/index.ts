export {
  defineReprise,
  type Context,
  type ContextDefinition,
  type ContextNameOf,
  type ListedProjection,
  type ProjectionNameOf,
  type RepriseDefinition,
} from './definition.ts';
export {
  contextSettings,
  type ContextDatabase,
  type ContextSettings,
  type EventStoreUrls,
  type Setting,
} from './context-settings.ts';
export { contextsIn } from './check-definition.ts';
export { loadContexts, type LoadedContexts } from './load-contexts.ts';
export { contextsVariable, selectContexts } from './select-contexts.ts';
