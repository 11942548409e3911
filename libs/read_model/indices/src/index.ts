export {
  completeStates,
  generationStates,
  type Correction,
  type DocumentToWrite,
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
export { type Presence } from './registry/presence.ts';
export { UnknownGeneration } from './registry/errors.ts';
export { type Wake } from './registry/watch-generations.ts';
export { type Attachment, type LiveFeeder } from './registry/feeders.ts';
export { type NewGeneration } from './registry/generations.ts';
export { type Fence, type HeldLease, type LeaseAttempt } from './registry/leases.ts';
export { runStates, type NewRun, type Run, type RunEnd, type RunState } from './registry/runs.ts';
export { createElasticsearchClient, type ElasticsearchConnection } from './elasticsearch/servers/client.ts';
export {
  elasticsearchGenerationStore,
  type ElasticsearchStoreOptions,
} from './elasticsearch/generation-store.ts';
export { type BulkWriterOptions } from './elasticsearch/bulk/bulk-writer.ts';
export { type StoreRetry } from './elasticsearch/servers/requests.ts';
export { type ServingSettings } from './elasticsearch/creation/index-definition.ts';
export { postgresGenerationStore, type PostgresStoreOptions } from './postgres/generation-store.ts';
export { openGenerationStore, type StoreServers } from './open-store.ts';
