import type { EventStoreTableOptions, TableName } from './event-store-table.ts';

/** Postgres cuts longer names, so that they could mean another table or column. */
const longestName = 63;

const keyColumns = ['aggregateId', 'version', 'position'];
const attributeColumns = ['eventId', 'type', 'occurredAt', 'payload'];

/** Everything that is wrong with a declaration, whoever wrote it: the compiler does not see JavaScript. */
export function declarationProblems(options: EventStoreTableOptions): string[] {
  const { table, attributes, headers, where = {}, unpublished } = options;
  const columns = options.columns as unknown as Readonly<Record<string, unknown>>;
  const whole = columns['envelope'] !== undefined;
  const apart = columns['payload'] !== undefined;
  const known = [...keyColumns, ...(whole ? ['envelope'] : [...attributeColumns, 'aggregateType'])];
  const version = columns['version'] as { readonly first?: unknown } | string | undefined;
  const named = [
    ...Object.entries(columns).map(([as, place]) => [`columns.${as}`, place] as const),
    ...Object.entries(attributes ?? {}).map(([as, place]) => [`attributes.${as}`, place] as const),
    ...Object.entries(headers ?? {}).map(([as, place]) => [`headers.${as}`, place] as const),
    ...Object.keys(where).map((column) => ['where', column] as const),
  ];
  return [
    ...tableProblems('table', table),
    ...(unpublished === undefined ? [] : tableProblems('unpublished', unpublished)),
    ...(columns['aggregateId'] === undefined ? ['columns.aggregateId is missing'] : []),
    ...(whole === apart
      ? [
          'it needs either columns.envelope or columns.payload, the one column that holds the event or its data',
        ]
      : Object.keys(columns)
          .filter((as) => !known.includes(as) && columns[as] !== undefined)
          .map((as) => `columns.${as} has no meaning beside columns.${whole ? 'envelope' : 'payload'}`)),
    ...(apart && !whole ? attributeColumns.concat('version') : [])
      .filter((as) => columns[as] === undefined)
      .map((as) => `columns.payload needs columns.${as} as well`),
    ...(columns['version'] === undefined && columns['position'] === undefined && !apart
      ? ['it needs columns.version or columns.position, which order the events of an aggregate']
      : []),
    ...(typeof version === 'object' && !Number.isSafeInteger(version.first)
      ? ['columns.version has a first number that is not a whole number']
      : []),
    ...(whole && attributes ? ['attributes have no meaning beside columns.envelope'] : []),
    ...(apart && headers ? ['headers have no meaning beside columns.payload'] : []),
    ...named.flatMap(([as, place]) => placeProblems(as, place)),
    ...Object.entries(where)
      .filter(([, values]) => Array.isArray(values) && values.length === 0)
      .map(([column]) => `where ${column} has no value, so no row would be read`),
  ];
}

/** @returns schema and name of a table; a text is split at its first dot */
export function splitName(table: TableName): { readonly schema: string | undefined; readonly name: string } {
  if (typeof table === 'object') return { schema: table.schema, name: table.name };
  const dot = table.indexOf('.');
  return dot < 0
    ? { schema: undefined, name: table }
    : { schema: table.slice(0, dot), name: table.slice(dot + 1) };
}

function tableProblems(as: string, table: TableName): string[] {
  const { schema, name } = splitName(table);
  return [
    ...(schema === undefined ? [] : nameProblems(`${as}, its schema`, schema)),
    ...nameProblems(as, name),
  ];
}

function placeProblems(as: string, place: unknown): string[] {
  if (place === undefined) return [];
  if (typeof place === 'string') return nameProblems(as, place);
  const { column, path, prefix, constant } = place as Readonly<Record<string, unknown>>;
  if (constant !== undefined) return [];
  const empty = (part: unknown) => typeof part !== 'string' || part === '' || part.includes('\0');
  return [
    ...nameProblems(as, column),
    ...(path !== undefined && (!Array.isArray(path) || path.length === 0 || path.some(empty))
      ? [`${as} has a path that is no list of names`]
      : []),
    ...(prefix !== undefined && [prefix].flat().some(empty) ? [`${as} has a prefix without a text`] : []),
  ];
}

function nameProblems(as: string, name: unknown): string[] {
  if (typeof name !== 'string' || name === '') return [`${as} has no name`];
  const shown = JSON.stringify(name.slice(0, longestName));
  if (name.includes('\0') || !name.isWellFormed())
    return [`${as} ${shown} is a name that Postgres cannot hold`];
  return Buffer.byteLength(name) > longestName
    ? [`${as} ${shown} is longer than the ${longestName} bytes that Postgres keeps of a name`]
    : [];
}
