/**
 * An event as every part of the engine sees it, whatever envelope it came in. The names are those of CloudEvents 1.0 and its
 * extension attributes: lower case without separators.
 */
export interface DomainEvent<
  Type extends string = string,
  Data = unknown,
  AggregateType extends string = string,
> {
  /** Names the event for operators; nothing reads order from it. */
  readonly id: string;
  readonly type: Type;
  /** Aggregate id; also the key of its records. */
  readonly subject: string;
  /** When it happened: RFC 3339 in UTC, ending in `Z`. */
  readonly time: string;
  readonly aggregatetype: AggregateType;
  /**
   * What alone decides the order of an aggregate's events. By sequence: their 1-based count, without gaps. By position: one more
   * than the record's offset in its partition, so it grows but does not count.
   */
  readonly aggregateversion: number;
  readonly data: Data;
}
