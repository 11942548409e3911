/** One unpublished row of the outbox, as the relay sees it. */
export interface OutboxMessage {
  /** The row's bigint id as text: JavaScript numbers end at 2^53. */
  readonly id: string;
  readonly aggregateId: string;
  /** 1-based count of the aggregate's events. */
  readonly aggregateVersion: number;
  /** Size of the payload in bytes of UTF-8. */
  readonly bytes: number;
  /** The event as it was stored, byte for byte; null when it is larger than the claim's `maxMessageBytes` and was not read. */
  readonly payload: string | null;
}

/** A message the log can take by its size. */
export interface PublishableMessage extends OutboxMessage {
  readonly payload: string;
}

/** A message the log refuses however often it is sent. */
export interface RefusedMessage {
  readonly message: OutboxMessage;
  /** For the operator: what refused it and which limit it broke. */
  readonly reason: string;
}
