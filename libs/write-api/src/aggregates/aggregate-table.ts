/** What the state of every aggregate says of itself. Times are event times, RFC 3339 in UTC. */
export interface AggregateState {
  /** 1-based count of its events. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Types of columns, each with one way to read it. A `bigint` is read as a number: values stay below 2^53. */
export type ColumnType = 'uuid' | 'text' | 'int' | 'bigint' | 'text[]' | 'uuid[]' | 'timestamptz';

/** Name and type of a column. */
export type Column = readonly [name: string, type: ColumnType];

/**
 * The table that keeps the current state of one type of aggregate, one row each. Beside the columns named here it has `version`,
 * `created_at` and `updated_at`. An absent member of the state is null.
 */
export interface AggregateTable<State extends AggregateState> {
  readonly name: string;
  /** The member of the state that is the aggregate's id; its column is the primary key. */
  readonly id: keyof State & string;
  /** Column of every member, the id first. */
  readonly columns: { readonly [Field in Exclude<keyof State, keyof AggregateState>]-?: Column };
}

/** A row as pg reads it: bigint as text, absent as null, a time as a Date. */
export type AggregateRow = Readonly<Record<string, unknown>>;

/** Members of the state with their columns, without those that every aggregate has. */
export function fieldsOf<State extends AggregateState>(
  table: AggregateTable<State>,
): (readonly [field: keyof State & string, column: Column])[] {
  return Object.entries(table.columns) as [keyof State & string, Column][];
}

/** Reads a row of the table. */
export function stateReader<State extends AggregateState>(
  table: AggregateTable<State>,
): (row: AggregateRow) => State {
  const fields = fieldsOf(table);
  return (row) => {
    const state: Record<string, unknown> = {};
    for (const [field, [name, type]] of fields) {
      const value = row[name];
      if (value === null) continue;
      if (type === 'bigint') state[field] = Number(value);
      else if (type === 'timestamptz') state[field] = (value as Date).toISOString();
      else state[field] = value;
    }
    state['version'] = row['version'];
    state['createdAt'] = (row['created_at'] as Date).toISOString();
    state['updatedAt'] = (row['updated_at'] as Date).toISOString();
    return state as unknown as State;
  };
}

/** The first parameters of a change: the aggregate after it, then its version and the time of the change. */
export function changeValues<State extends AggregateState>(
  table: AggregateTable<State>,
): (state: State) => unknown[] {
  const fields = fieldsOf(table).map(([field]) => field);
  return (state) => [...fields.map((field) => state[field] ?? null), state.version, state.updatedAt];
}
