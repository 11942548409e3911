import { elasticsearchIndex, postgresTable } from './declare-storage.ts';
import type { ElasticsearchStorage, PostgresStorage, StorageDefinition } from './storage-definition.ts';

interface Task {
  readonly title: string;
  readonly doneAt: string | null;
}

describe('storage that is declared by its fields', () => {
  it('is an index with a mapping for each', () => {
    const index = elasticsearchIndex<Task>({ title: { type: 'text', norms: false }, doneAt: 'date' });
    expect(index).toEqual({
      ...{ kind: 'elasticsearch', schemaVersion: 1 },
      properties: { title: { type: 'text', norms: false }, doneAt: { type: 'date' } },
    });
    // @ts-expect-error a field without a mapping
    elasticsearchIndex<Task>({ title: 'text' });
  });

  it('is a table with a column for each, and a view of everything that is not removed', () => {
    const table = postgresTable<Task>({
      ...{ title: 'text', doneAt: { type: 'timestamptz', nullable: true } },
    });
    expect(table).toEqual({
      ...{ kind: 'postgres', schemaVersion: 1, indexes: [] },
      columns: [
        { field: 'title', type: 'text' },
        { field: 'doneAt', type: 'timestamptz', nullable: true },
      ],
      view: 'SELECT reprise_id AS id, "title", "done_at" FROM {table} WHERE reprise_tombstone IS NULL',
    });
    // @ts-expect-error a column that no field has
    postgresTable<Task>({ title: 'text', doneAt: 'timestamptz', state: 'text' });
  });

  it('passes for the storage of any documents, and for that of no others', () => {
    const index = elasticsearchIndex<Task>({ title: 'text', doneAt: 'date' });
    const table = postgresTable<Task>({ title: 'text', doneAt: 'timestamptz' });
    const any: [ElasticsearchStorage, PostgresStorage<object>, StorageDefinition[]] = [
      ...([index, table] as const),
      [index, table],
    ];
    const erased = <Data extends object>(storage: StorageDefinition<Data>): StorageDefinition => storage;
    expect(any[2].map(erased)).toEqual([index, table]);
    // @ts-expect-error a mapping of a field that the documents do not have
    const wider: ElasticsearchStorage<Pick<Task, 'title'>> = index;
    // @ts-expect-error no mapping of a field that they have
    const narrower: ElasticsearchStorage<Task & { readonly state: string }> = index;
    // @ts-expect-error no column of a field that they have
    const lacking: PostgresStorage<Task & { readonly state: string }> = table;
    // @ts-expect-error fields that nobody has named
    const unnamed: ElasticsearchStorage<Task> = elasticsearchIndex({ title: 'text' });
    expect([wider, narrower, lacking, unnamed]).toHaveLength(4);
  });

  it('shows the id of the document’s own where it has a field of that name', () => {
    expect(postgresTable({ id: 'text', title: 'text' }).view).toContain('SELECT "id", "title" FROM');
  });
});
