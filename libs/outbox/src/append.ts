import { type ProductEvent } from '@reprise/events';

/** Anything that runs one parameterised statement: a pg client or pool, or a TypeORM QueryRunner. */
export interface Queryable {
  query(sql: string, parameters: unknown[]): Promise<unknown>;
}

/** An event together with the text it was encoded to, so that every place that stores it stores the same bytes. */
export interface EncodedEvent {
  readonly event: ProductEvent;
  readonly text: string;
}

/** The identity is drawn row by row in the order of the arrays, so ids follow the order the events were given in. */
const insertMessages = `
  INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
  SELECT event_id, aggregate_id, aggregate_version, type, payload::json
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[]) WITH ORDINALITY
    AS message (event_id, aggregate_id, aggregate_version, type, payload, place)
  ORDER BY place`;

/**
 * Appends one outbox message per event, in the given order, by one statement. No event, no statement.
 *
 * The caller runs it inside the transaction that stores the events, and holds the aggregates' row locks by then: the
 * message ids of one aggregate rise with its version only because no other transaction can draw ids for it in between.
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
