import type { EventContract } from '@reprise/events';
import { eventStoreFault } from '@reprise/read-model-feed';
import { DependencyError, type Positions } from '@reprise/read-model-indices';
import type { Pool, PoolClient } from 'pg';
import type { LogBatch, LogSlice, LogSource } from '../log/log-source.ts';

export interface EventStoreSourceInput {
  /** Connects as a role that can only SELECT the event store. */
  readonly pool: Pool;
  readonly topic: LogSource['topic'];
  readonly events: EventContract;
  /**
   * Kafka's ends, captured BEFORE this source is opened. Every event below them was committed before it was published, so the
   * snapshot holds it; what the snapshot holds beyond them is fed again later and changes nothing.
   */
  readonly positions: Positions;
  /** Rows read at a time. */
  readonly pageSize?: number;
}

/** Sorts before every other aggregate id. */
const lowestId = '00000000-0000-0000-0000-000000000000';

interface Key {
  readonly aggregateId: string;
  readonly version: number;
}

/**
 * The permanent log in Postgres as of one snapshot: a read-only, repeatable-read transaction that is held open until `close`.
 * Rows come in the order of the primary key (aggregate, version), a page at a time from the last key on, so an aggregate's
 * events follow each other, nothing is sorted and memory does not grow with the log.
 *
 * Limits: another process cannot continue a snapshot, so an interrupted run starts over. The snapshot holds back vacuum in
 * the write database for as long as the build takes.
 *
 * @throws DependencyError when the event store cannot be read
 */
export async function openEventStoreSource(input: EventStoreSourceInput): Promise<LogSource> {
  const client = await connect(input.pool);
  let events: bigint;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM event_store');
    events = BigInt(rows[0]!.count);
  } catch (error) {
    client.release(true);
    throw unreadable(input.pool, error);
  }
  const slices: LogSlice[] = [{ slice: 0, start: 0n, end: events }];
  return {
    kind: 'event-store',
    topic: input.topic,
    slices,
    positions: input.positions,
    grouped: true,
    read: (_slice, _from, signal) => readPages(input, client, signal),
    // Closed rather than given back: the transaction ends with the connection, whatever state it is in.
    close: () => Promise.resolve(client.release(true)),
  };
}

async function* readPages(
  { pool, events, pageSize = 5_000 }: EventStoreSourceInput,
  client: PoolClient,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  let position = 0n;
  let ahead = readPage(client, { aggregateId: lowestId, version: 0 }, pageSize);
  for (;;) {
    signal.throwIfAborted();
    const { rows, error } = await ahead;
    if (error !== undefined) throw unreadable(pool, error);
    const last = rows.at(-1);
    if (last === undefined) return;
    const begin = position;
    position += BigInt(rows.length);
    if (rows.length === pageSize)
      ahead = readPage(client, { aggregateId: last[0], version: Number(last[1]) }, pageSize);
    yield {
      slice: 0,
      values: rows.map(([, , envelope]) => envelope),
      keys: rows.map(([aggregateId]) => aggregateId),
      positionOf: (index) => begin + BigInt(index),
      read: (index) => events.read(rows[index]![2]),
      next: { position },
    };
    if (rows.length < pageSize) return;
  }
}

type Row = readonly [aggregateId: string, version: string, envelope: string];

/** A settled outcome instead of a promise that may reject while the page before is still worked on. */
async function readPage(
  client: PoolClient,
  after: Key,
  pageSize: number,
): Promise<{ rows: Row[]; error?: unknown }> {
  try {
    const { rows } = await client.query<Row[]>({
      name: 'event-store-page',
      // The order names the table's columns: the bare names would be the selected texts, which sort 10 before 2.
      text: `SELECT aggregate_id::text, aggregate_version::text, envelope::text FROM event_store
             WHERE (aggregate_id, aggregate_version) > ($1::uuid, $2::int)
             ORDER BY event_store.aggregate_id, event_store.aggregate_version LIMIT $3`,
      values: [after.aggregateId, after.version, pageSize],
      rowMode: 'array',
    });
    return { rows: rows as unknown as Row[] };
  } catch (error) {
    return { rows: [], error };
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    const client = await pool.connect();
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    throw unreadable(pool, error);
  }
}

function unreadable(pool: Pool, cause: unknown): unknown {
  const fault = eventStoreFault(pool, cause, 'The event store could not be read, and nothing was switched.');
  if (fault !== cause) return fault;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DependencyError(
    'postgres',
    `The event store could not be read (${why}). Nothing was switched. Check EVENT_STORE_DATABASE_URL, then run the same ` +
      'command again.',
    { cause },
  );
}
