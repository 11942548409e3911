import type { PostgresStorage } from '@reprise/read-model-documents';

/** Storage of the documents that the contract of stores writes. */
export const contractTable: PostgresStorage = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'title', type: 'text' },
    { field: 'stock', type: 'integer' },
  ],
  indexes: [['title']],
  view: 'SELECT reprise_id, title, stock FROM {table} WHERE reprise_tombstone IS NULL',
};
