import { encodeEvent, type ProductEvent } from '@reprise/events';
import { appendToOutbox, encodeForOutbox, type EncodedEvent } from '@reprise/outbox';
import { evolveProduct, type ProductState } from '@reprise/product-domain';
import { stateOf, type ProductRow } from './product-row.ts';
import { lockProducts } from './product-statements.ts';

/** One connection to the write database that nobody else uses meanwhile, such as a pg client. */
export interface HistoryConnection {
  query(sql: string, parameters?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

const upsertProducts = `
  INSERT INTO products (id, version, title, description, brand, category_id, price_minor, currency, stock, tags, status,
    created_at, updated_at)
  SELECT "productId", version, title, description, brand, "categoryId", "priceMinor", currency, stock, tags, status,
    "createdAt", "updatedAt"
  FROM json_to_recordset($1::json) AS product ("productId" uuid, version int, title text, description text, brand text,
    "categoryId" text, "priceMinor" bigint, currency text, stock int, tags text[], status text, "createdAt" timestamptz,
    "updatedAt" timestamptz)
  ORDER BY "productId"
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, title = excluded.title, description = excluded.description,
    brand = excluded.brand, category_id = excluded.category_id, price_minor = excluded.price_minor,
    currency = excluded.currency, stock = excluded.stock, tags = excluded.tags, status = excluded.status,
    updated_at = excluded.updated_at`;

const storeEvents = `
  INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
  SELECT event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope::json
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::timestamptz[], $7::text[]) WITH ORDINALITY
    AS event (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope, place)
  ORDER BY place`;

/**
 * Writes events that have happened, of any number of products: products, event store and outbox in one transaction, by one
 * statement each. Events of one product are given in the order of their versions and continue what the database has; a history
 * that begins at version 1 is that of a new product. Keep it to some thousand events a call: they are held in memory.
 *
 * @throws InvalidEventError for an event that breaks its schema; nothing is written
 * @throws ProductHistoryError when an event does not follow the one before it; nothing is written
 * @throws EventTooLargeError for an event that could not be published; nothing is written
 * @throws the database's error, a unique violation for events that are stored already; nothing is written
 */
export async function appendHistory(
  connection: HistoryConnection,
  events: readonly ProductEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const encoded = events.map((event) => encodeForOutbox(event, encodeEvent));
  await connection.query('BEGIN');
  try {
    const states = await lockExisting(connection, events);
    for (const event of events) states.set(event.subject, evolveProduct(states.get(event.subject), event));
    await connection.query(upsertProducts, [JSON.stringify([...states.values()])]);
    // A new product that exists already would be overwritten by now; its first event is refused here as a duplicate.
    await connection.query(storeEvents, eventColumns(encoded));
    await appendToOutbox(connection, encoded);
    await connection.query('COMMIT');
  } catch (error) {
    // On a broken connection this fails too, and there the server has rolled back already: the cause is what counts.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The products that `events` continue, locked in the order of their ids, so that two calls cannot wait for each other. */
async function lockExisting(
  connection: HistoryConnection,
  events: readonly ProductEvent[],
): Promise<Map<string, ProductState>> {
  const begun = new Set<string>();
  const continued = new Set<string>();
  for (const { subject, aggregateversion } of events) {
    if (aggregateversion === 1) begun.add(subject);
    else if (!begun.has(subject)) continued.add(subject);
  }
  if (continued.size === 0) return new Map();
  const { rows } = await connection.query(lockProducts.text, [[...continued]]);
  return new Map((rows as ProductRow[]).map((row) => [row.id, stateOf(row)]));
}

function eventColumns(encoded: readonly EncodedEvent<ProductEvent>[]): unknown[] {
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
