/**
 * How a projection's generations are stored, as plain data: the store turns it into an index or a table, and its hash is
 * part of the generation's fingerprint, so any change of it asks for a rebuild.
 */
export type StorageDefinition = ElasticsearchStorage | PostgresStorage;

export interface ElasticsearchStorage {
  readonly kind: 'elasticsearch';
  /** Bumped by hand when the mapping's meaning changes; shown in the index name. */
  readonly schemaVersion: number;
  /** `properties` of a strict mapping, core field types only. The store adds `digest` itself. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface PostgresStorage {
  readonly kind: 'postgres';
  readonly schemaVersion: number;
  /** Columns of the generation's table, `productId`, `version` and `status` among them, in snake case by the store. */
  readonly columns: readonly PostgresColumn[];
  /** Indexes made after the build, each a list of column names. */
  readonly indexes: readonly (readonly string[])[];
  /**
   * The query behind the readers' view, `{table}` standing for the generation's table. The view is what readers use;
   * it is replaced in one statement at a cutover, so its columns must not change within a schema version.
   */
  readonly view: string;
}

export interface PostgresColumn {
  /** The document's field, camel case. */
  readonly field: string;
  readonly type: 'uuid' | 'text' | 'integer' | 'bigint' | 'timestamptz' | 'text[]';
  readonly nullable?: boolean;
}
