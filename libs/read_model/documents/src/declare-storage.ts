import type { ElasticsearchStorage, PostgresColumn, PostgresStorage } from './storage-definition.ts';

type ColumnType = PostgresColumn['type'];
type Declared = ColumnType | { readonly type: ColumnType; readonly nullable: boolean };

/** A column type for each field; `{ type, nullable: true }` where a document may hold null. */
export type ColumnsOf<Data extends object> = object extends Data
  ? Readonly<Record<string, Declared>>
  : {
      readonly [Field in keyof Data]-?: Field extends `reprise${string}` ? never : Declared;
    };

export interface TableOptions {
  /** Bumped by hand when the columns' meaning changes. Default 1. */
  readonly schemaVersion?: number;
  /** Indexes made after the build, each a list of fields. */
  readonly indexes?: readonly (readonly string[])[];
  /** The query behind the readers' view; by default every document that is not removed, with its aggregate's id as `id`. */
  readonly view?: string;
}

/** A mapping for each field: the name of a core field type, or what Elasticsearch calls its properties. */
export type MappingsOf<Data extends object> = object extends Data
  ? Readonly<Record<string, Mapping>>
  : {
      readonly [Field in keyof Data]-?: Field extends `reprise${string}` ? never : Mapping;
    };

type Mapping = string | Readonly<Record<string, unknown>>;

/** Declares that documents are kept in an Elasticsearch index. */
export function elasticsearchIndex<Data extends object = object>(
  mappings: MappingsOf<NoInfer<Data>>,
  { schemaVersion = 1 }: { readonly schemaVersion?: number } = {},
): ElasticsearchStorage<Data> {
  const properties = Object.fromEntries(
    Object.entries(mappings as Readonly<Record<string, Mapping>>).map(([field, mapping]) => [
      field,
      typeof mapping === 'string' ? { type: mapping } : mapping,
    ]),
  );
  return { kind: 'elasticsearch', schemaVersion, properties } as ElasticsearchStorage<Data>;
}

/** Declares that documents are kept in a Postgres table, which readers see through a view. */
export function postgresTable<Data extends object = object>(
  columns: ColumnsOf<NoInfer<Data>>,
  { schemaVersion = 1, indexes = [], view = viewOf(Object.keys(columns)) }: TableOptions = {},
): PostgresStorage<Data> {
  const listed = Object.entries(columns as Readonly<Record<string, Declared>>).map(([field, declared]) => ({
    field,
    ...(typeof declared === 'string' ? { type: declared } : declared),
  }));
  const storage: PostgresStorage = { kind: 'postgres', schemaVersion, columns: listed, indexes, view };
  return storage as object as PostgresStorage<Data>;
}

function viewOf(fields: readonly string[]): string {
  const names = fields.map((field) => `"${columnName(field)}"`);
  const shown = names.includes('"id"') ? names : ['reprise_id AS id', ...names];
  return `SELECT ${shown.join(', ')} FROM {table} WHERE reprise_tombstone IS NULL`;
}

/** The column of a field: snake case. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
