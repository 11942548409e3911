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
