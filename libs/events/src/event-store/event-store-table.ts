/** Name of a table or view: `name`, or `schema.name`. As an object where a name holds a dot. Names are taken as they are, never folded to lower case. */
export type TableName = string | { readonly schema?: string; readonly name: string };

/** A column, or one text within a JSON column, e.g. `{ column: 'metadata', path: ['correlationId'] }`. */
export type StoredText = string | { readonly column: string; readonly path: readonly string[] };

interface KeyColumns {
  /**
   * The aggregate's id: `uuid`, text or a whole number. With `prefix`, only rows whose value begins with one of them are read, and
   * the id is what stands behind it: `{ column: 'stream_name', prefix: 'account-' }`.
   */
  readonly aggregateId: string | { readonly column: string; readonly prefix: string | readonly string[] };
  /** Counts the events of an aggregate. `first` is the number of its first event, 1 unless given. */
  readonly version?: string | { readonly column: string; readonly first: number };
  /** Orders the events of an aggregate where no column counts them: a sequence that grows with each of its events. */
  readonly position?: string;
}

/** The whole value of a record, as the log has it, stands in one column. */
export interface EnvelopeColumns extends KeyColumns {
  readonly envelope: string;
  readonly payload?: never;
}

/** Each attribute of an event stands in its own column. */
export interface AttributeColumns extends KeyColumns {
  readonly version: string | { readonly column: string; readonly first: number };
  readonly eventId: string;
  readonly type: string;
  /** `timestamptz`, `timestamp` (taken as UTC), RFC 3339 as text, or milliseconds since 1970 as a whole number. */
  readonly occurredAt: string;
  /** The data: JSON as `json`, `jsonb`, text or bytes. */
  readonly payload: string;
  /** Without it, the aggregate type is that of the event's type. */
  readonly aggregateType?: string;
  readonly envelope?: never;
}

export interface EventStoreTableOptions {
  readonly table: TableName;
  readonly columns: EnvelopeColumns | AttributeColumns;
  /** Further attributes of the envelope, for contracts that ask for them: a column, a text in a JSON column, or a constant. With `payload`. */
  readonly attributes?: Readonly<Record<string, StoredText | { readonly constant: string }>>;
  /** What stands in the headers of a record, for contracts that read them. With `envelope`. */
  readonly headers?: Readonly<Record<string, StoredText>>;
  /** Only rows with this value, or one of these values, in a column: `{ is_archived: false, kind: ['E', 'F'] }`. */
  readonly where?: Readonly<Record<string, RowValue | readonly RowValue[]>>;
  /**
   * View of the events that are committed and not published yet, with the columns `created_at` (timestamptz) and `parked` (boolean).
   * Without it, `status` and `verify` do not know what waits there.
   */
  readonly unpublished?: TableName;
}

export type RowValue = string | number | boolean;

/** A table of events that a read model can be rebuilt and repaired from, as `eventStoreTable` declares it. Plain data. */
export interface EventStoreTable {
  readonly schema: string | undefined;
  readonly name: string;
  readonly aggregateId: { readonly column: string; readonly prefixes: readonly string[] };
  readonly version: { readonly column: string; readonly first: number } | undefined;
  readonly position: string | undefined;
  readonly event: StoredEnvelope | StoredAttributes;
  readonly where: readonly { readonly column: string; readonly values: readonly RowValue[] }[];
  readonly unpublished: { readonly schema: string | undefined; readonly name: string } | undefined;
}

export interface StoredEnvelope {
  readonly kind: 'envelope';
  readonly column: string;
  readonly headers: ReadonlyMap<string, StoredPlace>;
}

export interface StoredAttributes {
  readonly kind: 'attributes';
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly payload: string;
  readonly aggregateType: string | undefined;
  readonly attributes: ReadonlyMap<string, StoredPlace | { readonly constant: string }>;
}

/** A column, or with a path a text within it. */
export interface StoredPlace {
  readonly column: string;
  readonly path: readonly string[] | undefined;
}
