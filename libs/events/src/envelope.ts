/** `specversion` of every event: CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export const specVersion = '1.0';

/** `source` of the events that the product API writes. */
export const eventSource = '/reprise/product-api';

/** `datacontenttype` of every event. */
export const dataContentType = 'application/json';

/** `aggregatetype` of every product event. */
export const productAggregateType = 'product';

/**
 * A domain event in its CloudEvents envelope, exactly as it is stored and sent (structured mode, flat JSON).
 * The lower-case names without separators are the specification's rule for attribute names.
 */
export interface EventEnvelope<Type extends string, Data> {
  readonly specversion: typeof specVersion;
  /** UUIDv7, unique per event. */
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  /** Aggregate id; also the Kafka key. */
  readonly subject: string;
  /** When it happened: RFC 3339 in UTC, ending in `Z`. */
  readonly time: string;
  readonly datacontenttype: typeof dataContentType;
  readonly aggregatetype: typeof productAggregateType;
  /** 1-based count of the aggregate's events, without gaps. This, not any id or offset, decides order. */
  readonly aggregateversion: number;
  readonly correlationid: string;
  /** Id of the event or request that caused this one. */
  readonly causationid?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  readonly data: Data;
}
