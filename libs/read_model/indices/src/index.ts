export {
  generationStates,
  type DocumentToWrite,
  type Generation,
  type GenerationCounts,
  type GenerationMeta,
  type GenerationName,
  type GenerationState,
  type GenerationStore,
  type Positions,
  type ReadersTarget,
  type RejectedDocument,
  type StoredDocument,
  type WriteResult,
} from './generation.ts';
export { CutoverConflict, DependencyError, LeaseLost } from './errors.ts';
