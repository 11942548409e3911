import type { EventContract, EventStoreTable } from '@reprise/events';
import type { CatalogueTable } from './catalogue.ts';
import { quoted, quotedTable } from './quoted.ts';

/** How a table can be read, or all that is wrong with it. */
export interface Judgement {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Whether an index gives the rows of each aggregate in order, so that a page begins where the last one ended. */
  readonly indexed: boolean;
}

const wholeNumbers = ['int2', 'int4', 'int8'];
const texts = ['text', 'varchar'];
const ids = [...texts, 'uuid', ...wholeNumbers];
const json = ['json', 'jsonb', ...texts, 'bytea'];
const plain = [...ids, 'enum', 'bool'];

interface Needed {
  readonly as: string;
  readonly column: string;
  readonly types: readonly string[];
}

/** Compares a declaration with what stands in the database, and with the contract that its events are read by. */
export function judgeTable(
  table: EventStoreTable,
  found: CatalogueTable | undefined,
  events: EventContract,
): Judgement {
  const name = quotedTable(table);
  const against = contractProblems(table, events);
  if (found === undefined)
    return { problems: [`there is no table or view ${name}`, ...against], warnings: [], indexed: false };
  const order = orderOf(table);
  const key = [table.aggregateId.column, order.column];
  const nullable = key.filter((column) => found.columns.get(column)?.notNull === false);
  const id = found.columns.get(table.aggregateId.column);
  const problems = [
    ...(found.schemaUsable ? [] : [`this role has no right to use the schema of ${name}`]),
    ...(found.rowsHidden
      ? [`row security decides which rows of ${name} this role sees, so some could be missing`]
      : []),
    ...neededColumns(table).flatMap((needed) => columnProblems(needed, found)),
    ...(id?.deterministic === false
      ? [`column ${quoted(table.aggregateId.column)} has a collation that treats different ids as equal`]
      : []),
    ...against,
  ];
  const fixed = new Set(table.where.filter(({ values }) => values.length === 1).map(({ column }) => column));
  const indexes = found.indexes.map((index) => ({
    ...index,
    columns: index.columns.filter((column) => column === undefined || !fixed.has(column)),
  }));
  const unique = indexes.some(
    (index) =>
      index.unique && index.columns.length === 2 && key.every((column, at) => index.columns[at] === column),
  );
  const indexed = unique && nullable.length === 0;
  const byId = indexes.some(({ columns }) => columns[0] === table.aggregateId.column);
  const warnings = [
    ...(!indexed
      ? [
          `${name} has no unique index on (${key.map(quoted).join(', ')})${nullable.length > 0 ? ' without NULL' : ''}, so the ` +
            'server sorts it for every rebuild',
        ]
      : []),
    ...(!byId && found.kind === 'table'
      ? [`${name} has no index that begins with ${quoted(key[0]!)}, so a repair reads the whole table`]
      : []),
  ];
  return { problems, warnings: problems.length > 0 ? [] : warnings, indexed };
}

/** The column that orders the events of an aggregate. */
export function orderOf({ version, position }: EventStoreTable): {
  readonly as: string;
  readonly column: string;
} {
  return version === undefined
    ? { as: 'position', column: position! }
    : { as: 'version', column: version.column };
}

function columnProblems({ as, column, types }: Needed, found: CatalogueTable): string[] {
  const there = found.columns.get(column);
  if (there === undefined) return [`there is no column ${quoted(column)}, named as ${as}`];
  return [
    ...(there.selectable
      ? []
      : [`this role has no right to SELECT column ${quoted(column)}, named as ${as}`]),
    ...(types.length === 0 || types.includes(there.type)
      ? []
      : [
          `column ${quoted(column)}, named as ${as}, is of type ${there.type}, not one of ${types.join(', ')}`,
        ]),
  ];
}

function neededColumns({ aggregateId, version, position, event, where }: EventStoreTable): Needed[] {
  const needed = (as: string, column: string | undefined, types: readonly string[]): Needed[] =>
    column === undefined ? [] : [{ as, column, types }];
  return [
    ...needed('aggregateId', aggregateId.column, aggregateId.prefixes.length > 0 ? texts : ids),
    ...needed('version', version?.column, wholeNumbers),
    ...needed('position', position, wholeNumbers),
    ...(event.kind === 'envelope'
      ? [
          ...needed('envelope', event.column, json),
          ...[...event.headers].flatMap(([name, { column, path }]) =>
            needed(`header ${JSON.stringify(name)}`, column, path ? json.slice(0, -1) : [...plain, 'bytea']),
          ),
        ]
      : [
          ...needed('eventId', event.eventId, ids),
          ...needed('type', event.type, [...texts, 'enum']),
          ...needed('occurredAt', event.occurredAt, ['timestamptz', 'timestamp', 'int8', ...texts]),
          ...needed('payload', event.payload, json),
          ...needed('aggregateType', event.aggregateType, [...texts, 'enum']),
          ...[...event.attributes].flatMap(([name, place]) =>
            'constant' in place
              ? []
              : needed(
                  `attribute ${JSON.stringify(name)}`,
                  place.column,
                  place.path ? json.slice(0, -1) : plain,
                ),
          ),
        ]),
    ...where.flatMap(({ column }) => needed('a condition', column, [])),
  ];
}

/** Attributes that every event has, whatever its envelope. */
const common = new Set(['id', 'type', 'subject', 'time', 'aggregatetype', 'aggregateversion', 'data']);

function contractProblems({ event }: EventStoreTable, { versions, schemas }: EventContract): string[] {
  if (versions === 'position')
    return [
      'the events of this contract are ordered by their positions in Kafka, which no table has: only a contract with a version can be read from a table',
    ];
  if (event.kind === 'envelope') return [];
  const required = (schemas.envelope['required'] ?? []) as readonly string[];
  const missing = required.filter((name) => !common.has(name) && !event.attributes.has(name));
  return missing.length === 0
    ? []
    : [`the envelopes of this contract have ${missing.join(', ')} as well: declare where in attributes`];
}
