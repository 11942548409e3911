export {
  appendToOutbox,
  encodeForOutbox,
  EventTooLargeError,
  maxEventBytes,
  outboxInsertFrom,
  type EncodedEvent,
  type Queryable,
} from './append.ts';
export { lastUnpublishedId, measureBacklog, type Backlog } from './backlog.ts';
export { claimMessages, recordOverheadBytes, type ClaimLimits, type RowSource } from './claim.ts';
export { failpoint } from './failpoint.ts';
export { isLed } from './leader-lock.ts';
export { Leadership, LeadershipLostError, type LeadershipOptions } from './leadership.ts';
export { markProcessed, parkMessage, releaseParked } from './mark.ts';
export type { OutboxMessage, PublishableMessage, RefusedMessage } from './message.ts';
export { coalesced, notifiesItself, notifyRelay } from './notify.ts';
export { publishInOrder, type PublishResult, type Send, type SendResult } from './publishing.ts';
export { grantSql, outboxRights, publisherRole, type TableRights } from './rights.ts';
export {
  dropLeaderTableSql,
  dropOutboxTableSql,
  dropUnpublishedViewSql,
  leaderTableSql,
  notifyAlwaysSql,
  notifyUnlessToldSql,
  outboxTableSql,
  unpublishedViewSql,
} from './schema.ts';
export { listenForMessages, Wake, type ListenerOptions } from './wake.ts';
