export { aggregateHistory } from './aggregate-history.ts';
export {
  feedEvents,
  foldInOrder,
  type AggregateHistory,
  type FeedResult,
  type FeedTarget,
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
export {
  LiveFeed,
  type BatchOutcome,
  type DeadLetter,
  type LiveFeedServers,
  type PartitionBatch,
  type PartitionRecord,
} from './live-feed.ts';
