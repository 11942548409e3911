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
  verdictOf,
  type Action,
  type Verdict,
  type VerdictKind,
  type VerdictLimits,
} from './verdict.ts';
export { measureWriteSide } from './write-side.ts';
