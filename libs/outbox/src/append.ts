import { type DomainEvent } from '@reprise/events';
import { recordOverheadBytes } from './claim.ts';

/** Anything that runs one parameterised statement: a pg client or pool, or a TypeORM QueryRunner. */
export interface Queryable {
  query(sql: string, parameters: unknown[]): Promise<unknown>;
}

/** An event together with the text it was encoded to, so that every place that stores it stores the same bytes. */
export interface EncodedEvent<Event extends DomainEvent = DomainEvent> {
  readonly event: Event;
  readonly text: string;
}

/**
 * Most bytes of an event's text: what a broker accepts by default (`message.max.bytes`, 1,048,588) minus what a record needs
 * beside its payload. Where a topic accepts less, the relay parks what it cannot send.
 */
export const maxEventBytes = 1_048_588 - recordOverheadBytes;

/** Thrown for an event no broker would accept. Nothing was written. */
export class EventTooLargeError extends Error {
  readonly code = 'EVENT_TOO_LARGE';
  readonly retryable = false;
  override readonly name = 'EventTooLargeError';

  constructor(event: DomainEvent, bytes: number) {
    super(
      `event of type ${event.type} was not written: it has ${bytes} bytes, and at most ${maxEventBytes} are allowed`,
    );
  }
}

/**
 * Encodes an event for every place that stores it. All events go through here on their way into the write database.
 *
 * @param encode the codec of the event's contract; what it throws passes through
 * @throws EventTooLargeError when it could not be published
 */
export function encodeForOutbox<Event extends DomainEvent>(
  event: Event,
  encode: (event: Event) => string,
): EncodedEvent<Event> {
  const text = encode(event);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEventBytes) throw new EventTooLargeError(event, bytes);
  return { event, text };
}

/** The identity is drawn row by row in the order of the arrays, so ids follow the order the events were given in. */
const insertMessages = `
  INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
  SELECT event_id, aggregate_id, aggregate_version, type, payload::json
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[]) WITH ORDINALITY
    AS message (event_id, aggregate_id, aggregate_version, type, payload, place)
  ORDER BY place`;

/**
 * Appends one outbox message per event, in the given order, in one statement. Without events it does nothing.
 *
 * The caller runs it inside the transaction that stores the events and already holds the aggregates' row locks: the message
 * ids of one aggregate rise with its version only because no other transaction can draw ids for it in between.
 */
export async function appendToOutbox(queryable: Queryable, events: readonly EncodedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await queryable.query(insertMessages, [
    events.map(({ event }) => event.id),
    events.map(({ event }) => event.subject),
    events.map(({ event }) => event.aggregateversion),
    events.map(({ event }) => event.type),
    events.map(({ text }) => text),
  ]);
}

/**
 * The same append as part of a larger statement: an INSERT that takes its messages from `source`, the name of a common table
 * expression that stored the events and returns `event_id, aggregate_id, aggregate_version, type, envelope`. Rows reach it only
 * after `source` has stored them, so the rule on locks above holds for it when `source` depends on the locked aggregate.
 */
export function outboxInsertFrom(source: string): string {
  return `
    INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
    SELECT event_id, aggregate_id, aggregate_version, type, envelope FROM ${source}`;
}
