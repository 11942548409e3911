export { aggregateHistory, HistoryUnreadable } from './aggregate-history.ts';
export {
  feedEvents,
  foldInOrder,
  type AggregateHistory,
  type FeedResult,
  type FeedTarget,
  type RefusedDocument,
  type UnresolvedGap,
  type WriteBatch,
} from './feed-events.ts';
export {
  allMessages,
  describeTopic,
  groupFreeConsumer,
  TopicMissing,
  type KafkaConnection,
  type KafkaPartition,
  type KafkaTopic,
} from './kafka-topic.ts';
export { adoptFirst, createFirstGeneration } from './first-generation.ts';
export { type DeadLetter, type PartitionBatch, type PartitionRecord } from './partition-batch.ts';
export { LiveFeed, type BatchOutcome, type LiveFeedServers } from './live-feed.ts';
