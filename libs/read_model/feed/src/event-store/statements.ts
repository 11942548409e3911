import type { EventStoreTable, StoredPlace } from '@reprise/events';
import type { CatalogueTable } from './catalogue.ts';
import { orderOf } from './judge-table.ts';
import { quoted, quotedTable, quotedText } from './quoted.ts';

/**
 * The statements that read a table. All of them take the values of `parameters` first. A row is the aggregate's id, what orders its
 * events, and what the event is read from, each as text, or as bytes where the column holds bytes.
 */
export interface Statements {
  readonly parameters: readonly unknown[];
  readonly count: string;
  /** Rows in the order of aggregate and version, from the beginning; then as many as are read at a time. */
  readonly firstPage: string;
  /** The same behind a row; then its id, its version, and as many as are read at a time. */
  readonly nextPage: string;
  /** All rows in that order, as one cursor `events`. */
  readonly cursor: string;
  /** Rows of one aggregate; then its id as it stands in the column, in a list. */
  readonly history: string;
  /** One row with `standby` and `filled`. */
  readonly authority: string;
}

export function statementsOf(table: EventStoreTable, found: CatalogueTable): Statements {
  const parameters: unknown[] = [];
  const next = (value: unknown): string => `$${parameters.push(value)}`;
  const selected = contentOf(table, found);
  const id = at(table.aggregateId.column);
  const order = at(orderOf(table).column);
  const conditions = [
    ...table.where.map(({ column, values }) =>
      values.length === 1 ? `${at(column)} = ${next(values[0])}` : `${at(column)} = ANY(${next(values)})`,
    ),
    ...(table.aggregateId.prefixes.length > 0
      ? [`${id}::text ^@ ANY(${next(table.aggregateId.prefixes)}::text[])`]
      : []),
  ];
  const where = (...more: string[]) => {
    const all = [...conditions, ...more];
    return all.length > 0 ? ` WHERE ${all.join(' AND ')}` : '';
  };
  const own = parameters.length;
  const from = `FROM ${quotedTable(table)} AS e`;
  // The order names the table's columns: the selected texts would sort 10 before 2.
  const rows = `SELECT ${[`${id}::text`, `${order}::text`, ...selected].join(', ')} ${from}`;
  const ordered = ` ORDER BY ${id}, ${order}`;
  return {
    parameters,
    count: `SELECT count(*) ${from}${where()}`,
    firstPage: `${rows}${where()}${ordered} LIMIT $${own + 1}`,
    nextPage: `${rows}${where(`(${id}, ${order}) > ($${own + 1}, $${own + 2})`)}${ordered} LIMIT $${own + 3}`,
    cursor: `DECLARE events NO SCROLL CURSOR FOR ${rows}${where()}${ordered}`,
    history: `${rows}${where(`${id} = ANY($${own + 1})`)} ORDER BY ${order}`,
    authority: `SELECT pg_is_in_recovery() AS standby, EXISTS (SELECT ${from}${where()}) AS filled`,
  };
}

/** Column of the table. */
function at(column: string): string {
  return `e.${quoted(column)}`;
}

function contentOf({ event }: EventStoreTable, found: CatalogueTable): string[] {
  const typeOf = (column: string) => found.columns.get(column)!.type;
  const asItIs = (column: string) => (typeOf(column) === 'bytea' ? at(column) : `${at(column)}::text`);
  const placed = ({ column, path }: StoredPlace) =>
    path === undefined
      ? asItIs(column)
      : `${at(column)}::jsonb #>> ARRAY[${path.map(quotedText).join(', ')}]`;
  if (event.kind === 'envelope') return [asItIs(event.column), ...[...event.headers.values()].map(placed)];
  return [
    ...[event.eventId, event.type].map(asItIs),
    timeOf(event.occurredAt, typeOf(event.occurredAt)),
    asItIs(event.payload),
    ...(event.aggregateType === undefined ? [] : [asItIs(event.aggregateType)]),
    ...[...event.attributes.values()].flatMap((place) => ('constant' in place ? [] : [placed(place)])),
  ];
}

/** RFC 3339 in UTC with microseconds, whatever the session's time zone. */
function timeOf(column: string, type: string): string {
  const format = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
  switch (type) {
    case 'timestamptz':
      return `to_char(${at(column)} AT TIME ZONE 'UTC', ${format})`;
    case 'timestamp':
      return `to_char(${at(column)}, ${format})`;
    default:
      return `${at(column)}::text`;
  }
}
