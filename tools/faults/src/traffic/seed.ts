import { randomUUID } from 'node:crypto';
import type { World } from '../cluster/world.ts';
import type { PlainEvent } from '../oracle/fold.ts';

export interface SeedOptions {
  readonly products: number;
  /** Events of each product, the first of which creates it. */
  readonly events?: number;
  /** Where they already are: committed only, so that a relay finds them, or in the log too. */
  readonly upTo: 'outbox' | 'log';
  /** Continues with these products instead of making new ones. */
  readonly after?: readonly PlainEvent[];
  /** Commits through this connection, whose transaction may stay open. */
  readonly through?: Connection;
}

interface Connection {
  query(sql: string, values: unknown[]): Promise<unknown>;
}

interface Envelope extends PlainEvent {
  readonly specversion: '1.0';
  readonly source: string;
  readonly datacontenttype: string;
  readonly aggregatetype: string;
}

/**
 * Commits histories to event store and outbox in one transaction, round by round as the write API would, and, up to the log,
 * publishes them as the relay would. Returns the events.
 */
export async function seed(world: World, options: SeedOptions): Promise<PlainEvent[]> {
  const { products, events: length = 4, upTo, after = [] } = options;
  const last = new Map<string, number>();
  for (const { subject, aggregateversion } of after) last.set(subject, aggregateversion);
  const ids =
    after.length > 0
      ? [...last.keys()].slice(0, products)
      : Array.from({ length: products }, () => randomUUID());
  const events: Envelope[] = [];
  for (let round = 1; round <= length; round++)
    for (const id of ids) events.push(eventOf(id, (last.get(id) ?? 0) + round));
  await commit(options.through ?? world.write, events, upTo === 'log');
  if (upTo === 'log') await publish(world, events);
  return events;
}

/** Publishes events that are committed, once more or for the first time, each under its product's id. */
export async function publish({ log, topic }: World, events: readonly PlainEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += 2_000) {
    const records = events.slice(from, from + 2_000).map((event) => ({
      key: event.subject,
      value: JSON.stringify(event),
      headers: { 'content-type': 'application/cloudevents+json' },
    }));
    await log.produce(topic, records);
  }
}

/** Commits events to event store and outbox through a connection, which may be in a transaction. */
async function commit(write: Connection, events: readonly Envelope[], processed: boolean): Promise<void> {
  const columns = [
    events.map(({ id }) => id),
    events.map(({ subject }) => subject),
    events.map(({ aggregateversion }) => aggregateversion),
    events.map(({ type }) => type),
    events.map(({ time }) => time),
    events.map((event) => JSON.stringify(event)),
  ];
  await write.query(
    `WITH input AS (
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::json[])
         WITH ORDINALITY AS row(event_id, aggregate_id, version, type, time, envelope, place)
     ), stored AS (
       INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
       SELECT event_id, 'product', aggregate_id, version, type, time, envelope FROM input ORDER BY place
     )
     INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload, processed)
     SELECT event_id, aggregate_id, version, type, envelope, $7 FROM input ORDER BY place`,
    [...columns, processed],
  );
}

/** Changes go up by version, so that any event applied twice, left out or out of order shows in the document. */
function eventOf(subject: string, version: number): Envelope {
  const [type, data] = contentOf(version);
  return {
    specversion: '1.0',
    id: eventId(),
    source: '/reprise/product-api',
    type,
    subject,
    time: new Date(Date.UTC(2026, 0, 1) + version * 1_000).toISOString(),
    datacontenttype: 'application/json',
    aggregatetype: 'product',
    aggregateversion: version,
    correlationid: `seed-${subject}-${version}`,
    data,
  };
}

function contentOf(version: number): readonly [string, Readonly<Record<string, unknown>>] {
  if (version === 1) {
    const data = {
      title: 'Enamel mug',
      description: 'Survives a fall.',
      brand: 'Fjell',
      categoryId: 'kitchen',
      priceMinor: 1_450,
      currency: 'EUR',
      stock: 10,
      tags: ['camping'],
    };
    return ['product.created.v1', data];
  }
  if (version === 2) return ['product.published.v1', {}];
  if (version % 5 === 0) return ['product.price-changed.v1', { priceMinor: version * 100, currency: 'EUR' }];
  return ['product.stock-adjusted.v1', { delta: version }];
}

/** A UUID of version 7, as event ids are. */
function eventId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const rest = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(15)}`;
}
