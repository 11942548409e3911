export {
  defineReprise,
  type ContextDefinition,
  type ContextNameOf,
  type ProjectionNameOf,
  type RepriseDefinition,
} from '@reprise/contexts';
export {
  cloudEvents,
  debeziumOutbox,
  defineEvents,
  eventStoreTable,
  ignored,
  InvalidEventError,
  jsonData,
  ownEventStore,
  plainJson,
  readerOf,
  type DomainEvent,
  type EventContract,
  type Upcaster,
} from '@reprise/events';
export {
  elasticsearchIndex,
  postgresTable,
  type ElasticsearchStorage,
  type OwnStorage,
  type PostgresStorage,
  type StorageDefinition,
} from '@reprise/read-model-documents';
export {
  EventStoreMismatch,
  FormatUnreadable,
  HistoryUnreadable,
  TopicMissing,
} from '@reprise/read-model-feed';
export {
  BoundElsewhere,
  BuiltFromAnotherLog,
  CutoverConflict,
  DependencyError,
  GenerationConflict,
  LeaseLost,
  ownStore,
  ReadModelNotMigrated,
  SearchRefused,
  StoreMisconfigured,
  UnknownGeneration,
  type DocumentToWrite,
  type GenerationMeta,
  type GenerationName,
  type GenerationStore,
  type ObservedDocument,
  type OwnStore,
  type OwnStoreDefinition,
  type ReadersTarget,
  type StoredDocument,
  type StoreOptions,
  type WriteResult,
} from '@reprise/read-model-indices';
export {
  defineProjection,
  ignore,
  put,
  remove,
  type Outcome,
  type Projection,
} from '@reprise/read-model-projections';
export {
  RebuildError,
  type Cancellation,
  type Canary,
  type CutoverRecord,
  type NamedPromotion,
  type Plan,
  type ProgressReport,
  type PruneResult,
  type PlanRequest,
  type Receipt,
  type RebuildErrorCode,
} from '@reprise/read-model-rebuild';
export { NothingFed, RepairRefused, type DrainedQueue, type NamedRepairs } from '@reprise/read-model-repair';
export type { ReadModelStatus } from '@reprise/read-model-status';
export { ConfigurationError } from '@reprise/runtime';
export { createReprise } from './create-reprise.ts';
export type {
  LiveRequest,
  PromoteRequest,
  PruneRequest,
  RebuildRequest,
  RepriseOptions,
  RollbackRequest,
  StatusRequest,
  Stoppable,
  VerifyRequest,
} from './options.ts';
export type { Reprise, Verification } from './reprise.ts';
