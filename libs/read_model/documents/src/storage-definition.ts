/**
 * How a projection's generations are stored, as plain data: the store turns it into an index or a table, and its hash is
 * part of the generation's fingerprint, so any change of it asks for a rebuild.
 *
 * Names that begin with `reprise` are the store's own: there it keeps id, version, tombstone and hash beside the document.
 */
export type StorageDefinition<Data extends object = object> =
  ElasticsearchStorage<Data> | PostgresStorage<Data> | OwnStorage;

/** An index. That of any documents, `ElasticsearchStorage`, takes one of certain documents; that of certain ones takes no other. */
export type ElasticsearchStorage<Data extends object = object> = object extends Data
  ? AnyIndex
  : IndexOf<Data>;

interface AnyIndex {
  readonly kind: 'elasticsearch';
  /** Bumped by hand when the mapping's meaning changes; shown in the index name. */
  readonly schemaVersion: number;
  /** `properties` of a strict mapping, core field types only, one for each field of the document. */
  readonly properties: Readonly<Record<string, unknown>>;
}

// Without `in out`, one that maps more fields than a document has would do.
interface IndexOf<in out Data extends object> extends AnyIndex {
  readonly properties: {
    readonly [Field in keyof Data]-?: Field extends Reserved ? never : Readonly<Record<string, unknown>>;
  };
}

type Reserved = `reprise${string}`;

/** A table. That of any documents, `PostgresStorage`, takes one of certain documents; that of certain ones takes no other. */
export type PostgresStorage<Data extends object = object> = object extends Data ? AnyTable : TableOf<Data>;

interface AnyTable {
  readonly kind: 'postgres';
  readonly schemaVersion: number;
  /** Columns of the generation's table, one for each field of the document, in snake case by the store. */
  readonly columns: readonly PostgresColumn[];
  /** Indexes made after the build, each a list of fields. */
  readonly indexes: readonly (readonly string[])[];
  /**
   * The query behind the readers' view, `{table}` standing for the generation's table, tombstones among its rows
   * (`reprise_tombstone IS NOT NULL`). The view is what readers use; it is replaced in one statement at a cutover, so its columns
   * must not change within a schema version.
   */
  readonly view: string;
}

interface TableOf<in out Data extends object> extends AnyTable {
  readonly columns: readonly PostgresColumn<FieldOf<Data>>[];
  readonly indexes: readonly (readonly FieldOf<Data>[])[];
}

type FieldOf<Data extends object> = Exclude<keyof Data & string, Reserved>;

export interface PostgresColumn<Field extends string = string> {
  /** The document's field, camel case. */
  readonly field: Field;
  readonly type: 'uuid' | 'text' | 'integer' | 'bigint' | 'timestamptz' | 'text[]';
  readonly nullable?: boolean;
}

/** A store that is no part of Reprise: it comes along with the projection (see `ownStore`). */
export interface OwnStorage {
  readonly kind: `own:${string}`;
  readonly schemaVersion: number;
  /** Plain data that the store makes its generations from; part of the fingerprint. */
  readonly definition?: Readonly<Record<string, unknown>>;
  /** Opens the store of one projection. Not part of the fingerprint. */
  open(projection: { readonly name: string }, options: object): unknown;
}
