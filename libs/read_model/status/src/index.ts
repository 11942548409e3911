export {
  type Feeding,
  type GenerationFacts,
  type Lag,
  type ReadModelFacts,
  type ReadersFacts,
  type WriteSideFacts,
} from './facts.ts';
export { feederMaxAgeMs, feedingOf } from './feeding.ts';
export {
  gatherFacts,
  topicNow,
  type GatheredFacts,
  type StatusServers,
  type TopicNow,
} from './gather-facts.ts';
export { lagByPartition, measureLag, totalLag } from './lag.ts';
export {
  age,
  bestWayBack,
  defaultMaxLagMs,
  verdictKinds,
  verdictOf,
  type Action,
  type Verdict,
  type VerdictKind,
  type VerdictLimits,
} from './verdict.ts';
export { writeSideOf } from './write-side.ts';
export { readStatus, type StatusRequest } from './read-status.ts';
export {
  type FeederStatus,
  type GenerationStatus,
  type ReadModelStatus,
  type RunStatus,
} from './read-model-status.ts';
export { shardStatus, type ShardedBuildStatus } from './sharded-build.ts';
export { missingOf, orphansOf } from './stored.ts';
export { answered } from './answered.ts';
export { describeAction } from './next-step.ts';
export { statusDocumentSchema, type StatusDocument } from './status-document.ts';
export { projectionChange, type ProjectionChange } from './projection-change.ts';
