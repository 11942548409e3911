/**
 * How a projection's generations are stored, as plain data: the store turns it into an index or a table, and its hash is
 * part of the generation's fingerprint, so any change of it asks for a rebuild.
 *
 * Names that begin with `reprise` are the store's own: there it keeps id, version, tombstone and hash beside the document.
 */
export type StorageDefinition<Data extends object = object> =
  ElasticsearchStorage<Data> | PostgresStorage<Data>;

export interface ElasticsearchStorage<Data extends object = object> {
  readonly kind: 'elasticsearch';
  /** Bumped by hand when the mapping's meaning changes; shown in the index name. */
  readonly schemaVersion: number;
  /** `properties` of a strict mapping, core field types only, one for each field of the document. */
  readonly properties: Properties<Data>;
}

type Properties<Data extends object> = object extends Data
  ? Readonly<Record<string, unknown>>
  : {
      readonly [Field in keyof Data]-?: Field extends Reserved ? never : Readonly<Record<string, unknown>>;
    };

type Reserved = `reprise${string}`;

export interface PostgresStorage<Data extends object = object> {
  readonly kind: 'postgres';
  readonly schemaVersion: number;
  /** Columns of the generation's table, one for each field of the document, in snake case by the store. */
  readonly columns: readonly PostgresColumn<FieldOf<Data>>[];
  /** Indexes made after the build, each a list of fields. */
  readonly indexes: readonly (readonly FieldOf<Data>[])[];
  /**
   * The query behind the readers' view, `{table}` standing for the generation's table, tombstones among its rows
   * (`reprise_tombstone IS NOT NULL`). The view is what readers use; it is replaced in one statement at a cutover, so its columns
   * must not change within a schema version.
   */
  readonly view: string;
}

type FieldOf<Data extends object> = object extends Data ? string : Exclude<keyof Data & string, Reserved>;

export interface PostgresColumn<Field extends string = string> {
  /** The document's field, camel case. */
  readonly field: Field;
  readonly type: 'uuid' | 'text' | 'integer' | 'bigint' | 'timestamptz' | 'text[]';
  readonly nullable?: boolean;
}
