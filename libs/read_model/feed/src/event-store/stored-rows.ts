import type {
  EventContract,
  EventStoreTable,
  ReadResult,
  RecordContext,
  StoredAttributes,
} from '@reprise/events';

/** A row as `Statements` selects it. */
export type StoredRow = readonly [
  aggregateId: string | null,
  order: string | null,
  ...content: (string | Buffer | null)[],
];

/** Takes events out of rows. */
export interface RowReader {
  /** The value that the event is read from, or the larger part of it. */
  value(row: StoredRow): Buffer | string | null;
  aggregateId(row: StoredRow): string | null;
  /** The count of the event, where a column has it. */
  version(row: StoredRow): number | undefined;
  /** @param position of the row among those that are read */
  read(row: StoredRow, position: bigint): ReadResult;
  /** Whether an event cannot be read from its value and key alone. */
  readonly apart: boolean;
}

export function rowReader(table: EventStoreTable, events: EventContract): RowReader {
  const prefixes = table.aggregateId.prefixes.toSorted((a, b) => b.length - a.length);
  const aggregateId =
    prefixes.length === 0
      ? (row: StoredRow) => row[0]
      : ([id]: StoredRow) => id && id.slice(prefixes.find((prefix) => id.startsWith(prefix))?.length ?? 0);
  const { version, event } = table;
  const versionOf = (row: StoredRow) =>
    version === undefined || row[1] === null ? undefined : Number(row[1]) - version.first + 1;
  if (event.kind === 'attributes') {
    const content = attributesReader(event);
    return {
      value: (row) => row[payloadAt]!,
      aggregateId,
      version: versionOf,
      read: (row) =>
        events.accept({ ...content(row), aggregateId: aggregateId(row), version: versionOf(row) }),
      apart: true,
    };
  }
  const headers = new Map([...event.headers.keys()].map((name, index) => [name, index + 3]));
  return {
    value: (row) => row[2]!,
    aggregateId,
    version: versionOf,
    read: (row, position) => events.read(row[2]!, new RowAsRecord(row, aggregateId(row), position, headers)),
    apart: headers.size > 0,
  };
}

const payloadAt = 5;

function attributesReader({ aggregateType, attributes }: StoredAttributes) {
  const first = aggregateType === undefined ? payloadAt + 1 : payloadAt + 2;
  let column = first;
  const constants: [string, string][] = [];
  const places: [string, number][] = [];
  for (const [name, place] of attributes) {
    if ('constant' in place) constants.push([name, place.constant]);
    else places.push([name, column++]);
  }
  const fixed = Object.fromEntries(constants);
  return (row: StoredRow) => ({
    id: row[2],
    type: row[3],
    time: shortened(row[4]!),
    data: row[payloadAt]!,
    ...(aggregateType !== undefined && { aggregateType: row[payloadAt + 1] }),
    ...(attributes.size > 0 && { more: { ...fixed, ...presentOf(row, places) } }),
  });
}

/** Attributes whose column is NULL are not there. */
function presentOf(row: StoredRow, places: readonly [string, number][]): Record<string, unknown> {
  const present = places.filter(([, column]) => row[column] !== null);
  return Object.fromEntries(present.map(([name, column]) => [name, row[column]]));
}

/** Milliseconds where there are no microseconds, as most writers of events have them. */
function shortened(time: string | Buffer | null): unknown {
  return typeof time === 'string' && time.endsWith('000Z') ? `${time.slice(0, -4)}Z` : time;
}

/** The record that a row stands for. */
class RowAsRecord implements RecordContext {
  readonly #row: StoredRow;
  readonly #position: bigint;
  readonly #headers: ReadonlyMap<string, number>;

  constructor(
    row: StoredRow,
    readonly key: string | null,
    position: bigint,
    headers: ReadonlyMap<string, number>,
  ) {
    this.#row = row;
    this.#position = position;
    this.#headers = headers;
  }

  header(name: string): Buffer | string | undefined {
    const at = this.#headers.get(name);
    return at === undefined ? undefined : (this.#row[at] ?? undefined);
  }

  position(): bigint {
    return this.#position;
  }
}
