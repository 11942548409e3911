export {
  defineReprise,
  type Context,
  type ContextDefinition,
  type ListedProjection,
  type RepriseDefinition,
} from './definition.ts';
export {
  contextSettings,
  type ContextDatabase,
  type ContextSettings,
  type Setting,
} from './context-settings.ts';
export { loadContexts, type LoadedContexts } from './load-contexts.ts';
export { contextsVariable, selectContexts } from './select-contexts.ts';
