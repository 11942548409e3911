import type { EventContract, LogBatch, LogSlice, LogSource } from '@reprise/events';
import type { EventStore, OpenedTable, Statements, StoredRow } from '@reprise/read-model-feed';
import { DependencyError, type Positions } from '@reprise/read-model-indices';
import type { PoolClient, QueryConfig } from 'pg';
import { RebuildError } from '../errors.ts';

export interface EventStoreSourceInput {
  readonly eventStore: EventStore;
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

/**
 * The permanent log in Postgres as of one snapshot: a read-only, repeatable-read transaction that is held open until `close`. So a
 * transaction that commits later, with whatever position, is not half in it: all its events are fed from Kafka.
 *
 * Rows come in the order of aggregate and version, so an aggregate's events follow each other and memory does not grow with the
 * log. Where an index has that order they are read a page at a time from the last key on, and nothing is sorted; elsewhere the
 * server sorts them once, for a cursor.
 *
 * Limits: another process cannot continue a snapshot, so an interrupted run starts over. The snapshot holds back vacuum in
 * the write database for as long as the build takes.
 *
 * @throws EventStoreMismatch; RebuildError USAGE for a standby, which may lack what Kafka had; DependencyError when the event store
 *   cannot be read
 */
export async function openEventStoreSource(input: EventStoreSourceInput): Promise<LogSource> {
  const { eventStore } = input;
  const table = await eventStore.opened(input.events);
  const { statements } = table;
  const client = await connect(eventStore);
  let events: bigint;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ count: string; standby: boolean }>(
      `SELECT (${statements.count}) AS count, pg_is_in_recovery() AS standby`,
      [...statements.parameters],
    );
    if (rows[0]!.standby) throw standby(eventStore);
    events = BigInt(rows[0]!.count);
  } catch (error) {
    client.release(true);
    throw unreadable(eventStore, error);
  }
  const slices: LogSlice[] = [{ slice: 0, start: 0n, end: events }];
  return {
    kind: 'event-store',
    topic: input.topic,
    slices,
    positions: input.positions,
    grouped: true,
    read: (slice, _from, signal) => readPages(input, table, client, slice, signal),
    // Closed rather than given back: the transaction ends with the connection, whatever state it is in.
    close: () => Promise.resolve(client.release(true)),
  };
}

async function* readPages(
  { eventStore, pageSize = 5_000 }: EventStoreSourceInput,
  { statements, rows: reader, indexed }: OpenedTable,
  client: PoolClient,
  { end }: LogSlice,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  const nextPage = indexed ? pages(client, statements, pageSize) : fetches(client, statements, pageSize);
  let position = 0n;
  let ahead = nextPage(undefined);
  for (;;) {
    signal.throwIfAborted();
    const { rows, error } = await ahead;
    if (error !== undefined) throw unreadable(eventStore, error);
    const begin = position;
    position += BigInt(rows.length);
    const isLast = rows.length < pageSize;
    if (isLast && position !== end) throw rowsMissed(eventStore, position, end);
    if (!isLast) ahead = nextPage(rows.at(-1));
    if (rows.length > 0)
      yield {
        slice: 0,
        values: rows.map(reader.value),
        keys: rows.map(reader.aggregateId),
        positionOf: (index) => begin + BigInt(index),
        read: (index) => reader.read(rows[index]!, begin + BigInt(index)),
        apart: reader.apart,
        next: { position },
      };
    if (isLast) return;
  }
}

/** Asks for the rows behind one, or for the first ones. */
type NextPage = (last: StoredRow | undefined) => Promise<Page>;

interface Page {
  readonly rows: StoredRow[];
  readonly error?: unknown;
}

/** Page by page from the last key on. */
function pages(client: PoolClient, statements: Statements, pageSize: number): NextPage {
  const { parameters } = statements;
  return (last) =>
    last === undefined
      ? readPage(client, { text: statements.firstPage, values: [...parameters, pageSize] })
      : readPage(client, {
          name: 'event-store-page',
          text: statements.nextPage,
          values: [...parameters, last[0], last[1], pageSize],
        });
}

/** From a cursor, which is opened with the first page. */
function fetches(client: PoolClient, { cursor, parameters }: Statements, pageSize: number): NextPage {
  return async (last) => {
    if (last === undefined) {
      // A reading that was interrupted leaves its cursor.
      const opened = await readPage(client, { text: 'CLOSE ALL' });
      const declared = opened.error
        ? opened
        : await readPage(client, { text: cursor, values: [...parameters] });
      if (declared.error) return declared;
    }
    return readPage(client, { text: `FETCH ${pageSize} FROM events` });
  };
}

/** A settled outcome instead of a promise that may reject while the page before is still worked on. */
async function readPage(client: PoolClient, query: QueryConfig): Promise<Page> {
  try {
    const { rows } = await client.query<StoredRow[]>({ ...query, rowMode: 'array' });
    return { rows: rows as unknown as StoredRow[] };
  } catch (error) {
    return { rows: [], error };
  }
}

async function connect(eventStore: EventStore): Promise<PoolClient> {
  try {
    const client = await eventStore.pool.connect();
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    throw unreadable(eventStore, error);
  }
}

function standby({ setting }: EventStore): RebuildError {
  return new RebuildError(
    'USAGE',
    `${setting} points to a standby, which may be behind: what it lacks by now would be missing for good. Nothing was changed. ` +
      `Point ${setting} to the primary of the write database, then run the same command again.`,
  );
}

/** Only a view that does not stand still can do that. */
function rowsMissed({ table, setting }: EventStore, read: bigint, counted: bigint): RebuildError {
  return new RebuildError(
    'REFUSED',
    `The event store ${table.name} in the database of ${setting} gave ${read} rows, and counted ${counted}. Nothing was switched. ` +
      'Check that a view gives the same rows within a transaction, then run the same command again.',
  );
}

function unreadable(eventStore: EventStore, cause: unknown): unknown {
  if (cause instanceof RebuildError) return cause;
  const fault = eventStore.fault(cause, 'The event store could not be read, and nothing was switched.');
  if (fault !== cause) return fault;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DependencyError(
    'postgres',
    `The event store could not be read (${why}). Nothing was switched. Check ${eventStore.setting}, then run the same ` +
      'command again.',
    { cause },
  );
}
