export {
  aggregateHistory,
  HistoryUnreadable,
  type AggregateHistory,
  type DiscardedOf,
} from './event-store/aggregate-history.ts';
export {
  EventStore,
  EventStoreMismatch,
  type EventStoreInput,
  type OpenedTable,
} from './event-store/event-store.ts';
export { quotedTable } from './event-store/quoted.ts';
export type { Statements } from './event-store/statements.ts';
export type { RowReader, StoredRow } from './event-store/stored-rows.ts';
export { logHistory, type LogHistory, type LogHistoryServers } from './log-history/log-history.ts';
export {
  feedEvents,
  foldInOrder,
  type FeedResult,
  type FeedTarget,
  type FindBlockers,
  type RefusedDocument,
  type UnresolvedGap,
  type WaitingEvents,
  type WriteBatch,
} from './feed/feed-events.ts';
export {
  allMessages,
  describeTopic,
  groupFreeConsumer,
  innermostMessage,
  kafkaFault,
  TopicMissing,
  type KafkaConnection,
  type KafkaPartition,
  type KafkaTopic,
} from './kafka/kafka-topic.ts';
export { positionIn, readFetched } from './kafka/fetched-record.ts';
export { proveHistoryComplete, type HistoryProof } from './kafka/history.ts';
export { watchLog, type LogWatch } from './kafka/log-watch.ts';
export {
  PartitionUnreadable,
  readPartition,
  type PartitionToRead,
  type ReadOptions,
  type ReadRecords,
} from './kafka/read-partition.ts';
export { assertFormat, FormatUnreadable } from './kafka/assert-format.ts';
export { timesOfNext } from './kafka/record-times.ts';
export {
  BatchUnreadable,
  codecs,
  defaultUnpackedBytes,
  pack,
  unpack,
  unreadableBatchIn,
  type Codec,
} from './codecs/unpack.ts';
export {
  assertAllBound,
  assertBound,
  assertSettingsBound,
  type BoundInput,
  type BoundModels,
} from './feed/assert-bound.ts';
export { identityOf, type KafkaIdentity } from './kafka/kafka-identity.ts';
export { consumerGroupOf } from './kafka/consumer-group.ts';
export { adoptFirst, createFirstGeneration } from './feed/first-generation.ts';
export { waitsBehind, type DeadLetter } from './dead-letters/dead-letter.ts';
export {
  letterHeaders,
  letterId,
  parseLetterId,
  type LetterOrigin,
  type StoredLetter,
} from './dead-letters/letter-headers.ts';
export { type AttemptLimit } from './feed/feed-attempts.ts';
export { type BlockedEvents, type PassedCanaries } from './feed/feed-generation.ts';
export { type PartitionBatch, type PartitionRecord } from './kafka/partition-batch.ts';
export { LiveFeed, type AroundFeed, type BatchOutcome, type LiveFeedServers } from './feed/live-feed.ts';
export {
  discardLetters,
  findLetters,
  type DiscardedOne,
  type DiscardRequest,
} from './dead-letters/discard.ts';
export {
  matchesFilter,
  mayMatch,
  parsePlaces,
  placesNow,
  placesOf,
  placesText,
  typeOf,
  type LetterFilter,
  type LetterPlaces,
} from './dead-letters/letter-filter.ts';
export { isLeftOut } from './dead-letters/left-out.ts';
export { countOpenLetters, type OpenLetters } from './dead-letters/count-open-letters.ts';
export {
  isDocumentId,
  judgedLetters,
  type JudgedLetter,
  type LetterState,
} from './dead-letters/judged-letters.ts';
export { type RedriveOutcome } from './dead-letters/letter-outcome.ts';
export { fedModels, type LetterModel, type LetterServers } from './dead-letters/letter-servers.ts';
export { redriveLetters, type RedriveRequest, type RedrivenLetter } from './dead-letters/redrive.ts';
