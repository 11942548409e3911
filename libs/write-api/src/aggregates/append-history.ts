import { type DomainEvent } from '@reprise/events';
import { appendToOutbox, encodeForOutbox, type EncodedEvent } from '@reprise/outbox';
import { type Aggregate } from './aggregate.ts';
import { stateReader, type AggregateRow, type AggregateState } from './aggregate-table.ts';
import { statementsOf } from './statements.ts';

/** One connection to the write database that nobody else uses meanwhile, such as a pg client. */
export interface HistoryConnection {
  query(sql: string, parameters?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

const storeEvents = `
  INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
  SELECT event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope::json
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::timestamptz[], $7::text[]) WITH ORDINALITY
    AS event (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope, place)
  ORDER BY place`;

/**
 * Writes events that have happened, of any number of aggregates of one type: aggregates, event store and outbox in one transaction,
 * by one statement each. Events of one aggregate are given in the order of their versions and continue what the database has; a
 * history that begins at version 1 is that of a new aggregate. Keep it to some thousand events a call: they are held in memory.
 *
 * @throws EventTooLargeError for an event that could not be published; nothing is written
 * @throws what `encode` and `evolve` throw, for an event that breaks its schema or does not follow the one before it; nothing is
 * written
 * @throws the database's error, a unique violation for events that are stored already; nothing is written
 */
export async function appendHistory<
  State extends AggregateState,
  Event extends DomainEvent,
  Reason extends string,
>(
  aggregate: Aggregate<State, Event, Reason>,
  connection: HistoryConnection,
  events: readonly Event[],
): Promise<void> {
  if (events.length === 0) return;
  const { evolve, encode } = aggregate;
  const encoded = events.map((event) => encodeForOutbox(event, encode));
  await connection.query('BEGIN');
  try {
    const states = await lockExisting(aggregate, connection, events);
    for (const event of events) states.set(event.subject, evolve(states.get(event.subject), event));
    await connection.query(statementsOf(aggregate).upsertMany.text, [JSON.stringify([...states.values()])]);
    // A new aggregate that exists already would be overwritten by now; its first event is refused here as a duplicate.
    await connection.query(storeEvents, eventColumns(encoded));
    await appendToOutbox(connection, encoded);
    await connection.query('COMMIT');
  } catch (error) {
    // On a broken connection this fails too, and there the server has rolled back already: the cause is what counts.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The aggregates that `events` continue, locked in the order of their ids, so that two calls cannot wait for each other. */
async function lockExisting<State extends AggregateState>(
  aggregate: Pick<Aggregate<State, never, string>, 'type' | 'table'>,
  connection: HistoryConnection,
  events: readonly DomainEvent[],
): Promise<Map<string, State>> {
  const begun = new Set<string>();
  const continued = new Set<string>();
  for (const { subject, aggregateversion } of events) {
    if (aggregateversion === 1) begun.add(subject);
    else if (!begun.has(subject)) continued.add(subject);
  }
  if (continued.size === 0) return new Map();
  const { rows } = await connection.query(statementsOf(aggregate).lockMany.text, [[...continued]]);
  const stateOf = stateReader(aggregate.table);
  const { id } = aggregate.table;
  return new Map((rows as AggregateRow[]).map(stateOf).map((state) => [String(state[id]), state]));
}

function eventColumns(encoded: readonly EncodedEvent<DomainEvent>[]): unknown[] {
  return [
    encoded.map(({ event }) => event.id),
    encoded.map(({ event }) => event.aggregatetype),
    encoded.map(({ event }) => event.subject),
    encoded.map(({ event }) => event.aggregateversion),
    encoded.map(({ event }) => event.type),
    encoded.map(({ event }) => event.time),
    encoded.map(({ text }) => text),
  ];
}
