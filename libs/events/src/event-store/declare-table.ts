import type {
  AttributeColumns,
  EnvelopeColumns,
  EventStoreTable,
  EventStoreTableOptions,
  StoredAttributes,
  StoredEnvelope,
  StoredPlace,
  StoredText,
} from './event-store-table.ts';
import { declarationProblems, splitName } from './table-problems.ts';

/**
 * Declares a table of events. Whether it is there, and has these columns in types that can be read, is seen when it is opened.
 * @throws RangeError that names every problem of the declaration at once
 */
export function eventStoreTable(options: EventStoreTableOptions): EventStoreTable {
  const problems = declarationProblems(options);
  if (problems.length > 0)
    throw new RangeError(`This event store cannot be declared: ${problems.join('; ')}.`);
  const { columns, where = {}, unpublished } = options;
  const { aggregateId, version, position } = columns;
  return {
    ...splitName(options.table),
    aggregateId:
      typeof aggregateId === 'string'
        ? { column: aggregateId, prefixes: [] }
        : { column: aggregateId.column, prefixes: listOf(aggregateId.prefix) },
    version: typeof version === 'string' ? { column: version, first: 1 } : version,
    position,
    event: columns.payload === undefined ? envelopeIn(options, columns) : attributesIn(options, columns),
    where: Object.entries(where).map(([column, values]) => ({ column, values: listOf(values) })),
    unpublished: unpublished === undefined ? undefined : splitName(unpublished),
  };
}

/** The table that the write side of this project keeps: CloudEvents as they are sent, numbered by aggregate. */
export const ownEventStore: EventStoreTable = eventStoreTable({
  table: 'event_store',
  columns: { aggregateId: 'aggregate_id', version: 'aggregate_version', envelope: 'envelope' },
  unpublished: 'unpublished_events',
});

function envelopeIn({ headers = {} }: EventStoreTableOptions, { envelope }: EnvelopeColumns): StoredEnvelope {
  return {
    kind: 'envelope',
    column: envelope,
    headers: new Map(Object.entries(headers).map(([name, place]) => [name, placeOf(place)])),
  };
}

function attributesIn(
  { attributes = {} }: EventStoreTableOptions,
  { eventId, type, occurredAt, payload, aggregateType }: AttributeColumns,
): StoredAttributes {
  const places = Object.entries(attributes).map(
    ([name, place]) =>
      [name, typeof place === 'object' && 'constant' in place ? place : placeOf(place)] as const,
  );
  return {
    kind: 'attributes',
    ...{ eventId, type, occurredAt, payload, aggregateType },
    attributes: new Map(places),
  };
}

function placeOf(place: StoredText): StoredPlace {
  return typeof place === 'string' ? { column: place, path: undefined } : place;
}

function listOf<T>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
}
