import type { EventContract, EventStoreTable } from '@reprise/events';
import { databaseFault } from '@reprise/read-model-indices';
import type { Pool } from 'pg';
import { lookUpTable } from './catalogue.ts';
import { judgeTable } from './judge-table.ts';
import { quotedTable } from './quoted.ts';
import { statementsOf, type Statements } from './statements.ts';
import { rowReader, type RowReader } from './stored-rows.ts';

/** The declared table of events is not there, or cannot be read as it is declared. The message names all that is wrong with it. */
export class EventStoreMismatch extends Error {
  readonly code = 'EVENT_STORE_MISMATCH';
  readonly retryable = false;

  constructor(
    table: EventStoreTable,
    setting: string,
    readonly problems: readonly string[],
  ) {
    super(
      `The event store ${quotedTable(table)} in the database of ${setting} cannot be read as it is declared: ` +
        `${problems.join('; ')}. Nothing was changed. Correct the declaration of the event store, the table, or the rights of its reader.`,
    );
    this.name = 'EventStoreMismatch';
  }
}

export interface EventStoreInput {
  /** Connects as a role that may read the event store and nothing else. It stays the caller's. */
  readonly pool: Pool;
  readonly table: EventStoreTable;
  /** Name of the setting that holds its URL, for messages. */
  readonly setting: string;
}

/** A table that was found to be what its declaration says. */
export interface OpenedTable {
  readonly statements: Statements;
  readonly rows: RowReader;
  /** Whether an index gives its rows in order, aggregate by aggregate. */
  readonly indexed: boolean;
  /** The id in the forms its column may have it; empty for an id that no row can have. */
  idsOf(aggregateId: string): readonly string[];
  /** What is slower than it could be. */
  readonly warnings: readonly string[];
}

/** The permanent log of a context in a table of Postgres. Nothing is read before it is used. */
export class EventStore {
  readonly pool: Pool;
  readonly table: EventStoreTable;
  readonly setting: string;
  readonly #opened = new WeakMap<EventContract, Promise<OpenedTable>>();

  constructor({ pool, table, setting }: EventStoreInput) {
    this.pool = pool;
    this.table = table;
    this.setting = setting;
  }

  /**
   * Compares the declaration with the catalogue and the contract, once.
   * @param events the contract that its events are read by
   * @throws EventStoreMismatch that names every problem; DependencyError
   */
  async opened(events: EventContract): Promise<OpenedTable> {
    const known = this.#opened.get(events);
    if (known) return known;
    const opening = this.#open(events);
    this.#opened.set(events, opening);
    // What failed is tried again by who asks next.
    opening.catch(() => this.#opened.delete(events));
    return opening;
  }

  /**
   * What to throw when the event store cannot be read: the connection fault, or else the error itself.
   * @param unchanged a sentence that says what was not changed
   */
  fault(error: unknown, unchanged: string): unknown {
    return databaseFault(this.pool, this.setting, error, unchanged) ?? error;
  }

  async #open(events: EventContract): Promise<OpenedTable> {
    const { pool, table } = this;
    const mismatch = (problems: readonly string[]) => new EventStoreMismatch(table, this.setting, problems);
    try {
      const found = await lookUpTable(pool, table);
      const { problems, warnings, indexed } = judgeTable(table, found, events);
      if (problems.length > 0) throw mismatch(problems);
      const statements = statementsOf(table, found!);
      await pool.query(statements.firstPage, [...statements.parameters, 0]).catch((error: unknown) => {
        throw isRefusal(error) ? mismatch([`the database refuses to read it (${error.message})`]) : error;
      });
      const idType = found!.columns.get(table.aggregateId.column)!.type;
      return {
        statements,
        rows: rowReader(table, events),
        indexed,
        warnings,
        idsOf: (id) => formsOf(id, idType, table.aggregateId.prefixes),
      };
    } catch (error) {
      throw this.fault(error, 'Nothing was changed.');
    }
  }
}

/** Classes of errors that say that the statement cannot be run: data exception, syntax error or access rule violation. */
function isRefusal(error: unknown): error is Error {
  const code = (error as { readonly code?: unknown }).code;
  return error instanceof Error && typeof code === 'string' && /^(22|42)/.test(code);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const wholeNumber = /^(?:0|-?[1-9]\d*)$/;
const ranges: Readonly<Record<string, bigint>> = { int2: 1n << 15n, int4: 1n << 31n, int8: 1n << 63n };

function formsOf(id: string, type: string, prefixes: readonly string[]): readonly string[] {
  if (id.includes('\0') || !id.isWellFormed()) return [];
  if (type === 'uuid') return uuid.test(id) ? [id] : [];
  const range = ranges[type];
  if (range !== undefined) {
    const number = wholeNumber.test(id) && id.length < 21 ? BigInt(id) : undefined;
    return number !== undefined && number >= -range && number < range ? [id] : [];
  }
  return prefixes.length === 0 ? [id] : prefixes.map((prefix) => `${prefix}${id}`);
}
