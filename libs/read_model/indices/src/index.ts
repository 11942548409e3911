export {
  completeStates,
  fedStates,
  generationStates,
  type Correction,
  type DocumentToWrite,
  type CanaryMark,
  type CanaryStore,
  type Generation,
  type GenerationCondition,
  type GenerationCounts,
  type GenerationMeta,
  type GenerationName,
  type GenerationState,
  type GenerationStore,
  type JsonObject,
  type ObservedDocument,
  type Positions,
  type ReadSample,
  type ReadersTarget,
  type RejectedDocument,
  type StoredDocument,
  type WriteResult,
} from './generation/generation.ts';
export {
  CutoverConflict,
  DependencyError,
  dependencyFault,
  GenerationConflict,
  LeaseLost,
  SearchRefused,
  StoreMisconfigured,
} from './errors.ts';
export {
  asGenerationName,
  generationName,
  isGenerationName,
  parseGenerationName,
  type GenerationNameParts,
} from './generation/generation-name.ts';
export { assertSameLog, BuiltFromAnotherLog, isSameLog, type LogNow } from './binding/same-log.ts';
export { dropOwn } from './generation/drop-own.ts';
export { enterGone, isGone, type GoneServers } from './generation/gone.ts';
export { enterGeneration, metaOf, type GenerationToEnter } from './generation/enter-generation.ts';
export { fingerprintOf } from './generation/fingerprint.ts';
export { asVersioned, prepareDocument } from './generation/prepare-document.ts';
export { createReadModelPool, inTransaction, type ReadModelPoolOptions } from './postgres/pool.ts';
export { databaseFault, isTransient, retrying, type RetryOptions } from './postgres/retry.ts';
export {
  assertReadModelMigrated,
  ReadModelNotMigrated,
  runReadModelMigrations,
} from './migrations/read-model-migrations.ts';
export { Registry } from './registry/registry.ts';
export { BoundElsewhere, differences, type Binding, type HeldBinding } from './binding/binding.ts';
export { obstaclesToAdoption } from './binding/adoption.ts';
export {
  BlockedAggregates,
  type BlockedScope,
  type Blocker,
  type HeldBlocker,
  type Parked,
} from './registry/blocked-aggregates.ts';
export {
  DeadLetterActions,
  type DiscardedLetter,
  type DiscardFilter,
  type LetterAction,
  type LetterKey,
  type RecordedLetterAction,
} from './registry/dead-letter-actions.ts';
export {
  leaseOfShard,
  nameOfShard,
  type ShardPlace,
  type NewShardedBuild,
  type ShardedBuild,
  type ShardPart,
} from './registry/shards.ts';
export {
  RequestedActions,
  type ActionChange,
  type NewAction,
  type RequestedAction,
} from './registry/requested-actions.ts';
export { type Presence } from './registry/presence.ts';
export {
  type RecordedVerification,
  type Verification,
  type VerifiedProof,
} from './registry/verifications.ts';
export { UnknownGeneration } from './registry/errors.ts';
export { type Wake } from './registry/watch-generations.ts';
export { type Attachment, type LiveFeeder } from './registry/feeders.ts';
export { type NewGeneration } from './registry/generations.ts';
export { feederHolder, isFeeder, type Fence, type HeldLease, type LeaseAttempt } from './registry/leases.ts';
export { runStates, type NewRun, type Run, type RunEnd, type RunState } from './registry/runs.ts';
export { postgresGenerationStore, type PostgresStoreOptions } from './postgres/generation-store.ts';
export { openGenerationStore, type StoreServers } from './open-store.ts';
export {
  ownStore,
  type OwnStore,
  type OwnStoreDefinition,
  type StoreAdapter,
  type StoreOptions,
  type StoreRetry,
} from './store-adapter.ts';
